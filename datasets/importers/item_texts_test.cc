#include "datasets/importers/item_texts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "base/testing/error_of.h"

namespace suite {
namespace {

using ::testing::HasSubstr;

std::string FileOf(const std::string& bytes) {
  const std::string path = ::testing::TempDir() + "texts.tsv";
  WriteFileAtomically(path, bytes);
  return path;
}

TEST(ItemTexts, AreFoundByTitleAndYear) {
  Catalog catalog({{"Heat", 1995}, {"Up", 2009}, {"Up", 1976}, {"The Matrix", 1999}, {"Ran", 1985}});
  SourceData source;
  AddItemTexts(FileOf("title\tgenres\tplot\nHeat (1996)\tcrime\tThieves.\nUp\t\tA house.\nUp (1976)\t\tUp.\n"
                      "Matrix, The\taction\t\nHeat (1995)\tother\tSecond.\nNosuch (1990)\t\tx\n"),
               &catalog, &source);
  EXPECT_EQ(catalog.Details(0).text, "crime. Thieves.");
  EXPECT_EQ(catalog.Details(1).text, "") << "two films are called Up";
  EXPECT_EQ(catalog.Details(2).text, "Up.");
  EXPECT_EQ(catalog.Details(3).text, "action");
  EXPECT_EQ(catalog.Find({"Ran", 1985}), 4);
  EXPECT_EQ(source.notes, std::vector<std::string>{"texts for 3 of 5 items"});
  EXPECT_EQ(source.files.size(), 1u);
}

TEST(ItemTexts, NamesWhatIsWrong) {
  const auto error = [](const std::string& bytes) {
    Catalog catalog({{"Heat", 1995}});
    SourceData source;
    return ErrorOf([&] { AddItemTexts(FileOf(bytes), &catalog, &source); });
  };
  EXPECT_THAT(error(""), HasSubstr("texts.tsv: the file is empty"));
  EXPECT_THAT(error("title\n"), HasSubstr("texts.tsv:1: header 'title'"));
  EXPECT_THAT(error("name\tplot\n"), HasSubstr("texts.tsv:1: header"));
  EXPECT_THAT(error("title\tplot\nHeat\n"), HasSubstr("texts.tsv:2: 1 columns; allowed: 2, as the header has"));
  EXPECT_THAT(error("title\tplot\n\xff\tx\n"), HasSubstr("texts.tsv:2: the line is not UTF-8"));
}

// The real ones, where they are at hand.
TEST(ItemTexts, ReadsTheTextsOfReDial) {
  const char* shared = std::getenv("SUITE_SHARED_DIR");
  const std::string path = std::string(shared ? shared : "") + "/data/redial_original/film_texts.tsv";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path;
  Catalog catalog = Catalog::FromTsv(kRedditV2CatalogPath);
  SourceData source;
  AddItemTexts(path, &catalog, &source);
  int with_text = 0;
  for (int id = 0; id < catalog.size(); ++id) with_text += !catalog.Details(id).text.empty();
  EXPECT_GT(with_text, 0);
}

}  // namespace
}  // namespace suite
