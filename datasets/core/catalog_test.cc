#include "datasets/core/catalog.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "base/testing/error_of.h"
#include "datasets/core/item.h"

namespace suite {
namespace {

std::string ErrorFor(const std::string& bytes) {
  const std::string path = ::testing::TempDir() + "catalog_test.tsv";
  WriteFileAtomically(path, bytes);
  const std::string what = ErrorOf([&] { Catalog::FromTsv(path); });
  if (what == "no error") return what;
  EXPECT_EQ(what.rfind(path, 0), 0u) << what;  // names the file first
  return what.substr(path.size());
}

TEST(Item, IsWrittenAsTitleAndYear) {
  EXPECT_EQ(FormatItem({"Heat", 1995}), "Heat (1995)");
  EXPECT_EQ(FormatItem({"Old", 201}), "Old (0201)");
  EXPECT_EQ(FormatList({{"Heat", 1995}, {"Alien", 1979}}), "Heat (1995)\nAlien (1979)");
  EXPECT_EQ(FormatList({}), "");
}

TEST(Catalog, FindsByTheTwoRules) {
  const Catalog catalog({{"Heat", 1995}, {"Funny Games", 1997}, {"Funny Games", 2007}, {"Amélie", 2001}});
  EXPECT_EQ(catalog.size(), 4);
  EXPECT_EQ(catalog.Find({"Funny Games", 2007}), 2);
  EXPECT_EQ(catalog.Find({"Funny Games", 2006}), std::nullopt);
  EXPECT_EQ(catalog.Find({"heat", 1995}), std::nullopt);
  EXPECT_EQ(catalog.item(2), (Item{"Funny Games", 2007}));
  EXPECT_EQ(catalog.FindTitle("Heat"), (std::vector<int>{0}));
  EXPECT_EQ(catalog.FindTitle("Funny Games"), (std::vector<int>{1, 2}));
  EXPECT_TRUE(catalog.FindTitle("heat").empty());
  EXPECT_TRUE(catalog.ContainsLowerCase({"HEAT", 1997}));
  EXPECT_FALSE(catalog.ContainsLowerCase({"HEAT", 1998}));
  EXPECT_FALSE(catalog.ContainsLowerCase({"HEAT", 1997}, 1));
  EXPECT_TRUE(catalog.ContainsLowerCase({"AMÉLIE", 2001}));
  EXPECT_TRUE(catalog.ContainsLowerCase({"funny games", 2005}));
  EXPECT_FALSE(catalog.ContainsLowerCase({"funny games", 2002}));
}

TEST(Catalog, RefusesTheSameItemTwice) {
  EXPECT_THROW(Catalog({{"Heat", 1995}, {"Heat", 1995}}), InputError);
  EXPECT_NO_THROW(Catalog({{"Heat", 1995}, {"Heat", 1996}, {"heat", 1995}}));
}

TEST(Catalog, ReadsTheShippedFile) {
  const Catalog catalog = Catalog::FromTsv(kRedditV2CatalogPath);
  EXPECT_EQ(catalog.size(), 7404);  // the paper's figure
  EXPECT_EQ(catalog.item(0), (Item{"'71", 2014}));
  for (int id = 0; id < catalog.size(); ++id) ASSERT_EQ(catalog.Find(catalog.item(id)), id);
}

TEST(Catalog, AcceptsFinalLinesWithAndWithoutNewlineAndWindowsLineEnds) {
  EXPECT_EQ(ErrorFor("title\tyear\nHeat\t1995\n"), "no error");
  EXPECT_EQ(ErrorFor("title\tyear\nHeat\t1995"), "no error");
  EXPECT_EQ(ErrorFor("title\tyear\r\nHeat\t1995\r\n"), "no error");
  EXPECT_EQ(ErrorFor("title\tyear\n"), "no error");  // empty, but well-formed
}

TEST(Catalog, NamesFileAndLineOfBadInput) {
  EXPECT_EQ(ErrorFor(""), ": the file is empty; allowed: a header line title<TAB>year, then items");
  EXPECT_EQ(ErrorFor("name\tyear\n"), ":1: header 'name\tyear'; allowed: title<TAB>year");
  EXPECT_EQ(ErrorFor("title\tyear\nHeat 1995\n"), ":2: 'Heat 1995' is not two fields; allowed: title<TAB>year");
  EXPECT_EQ(ErrorFor("title\tyear\nHeat\t1995\nA\tB\t1\n"), ":3: 'A\tB\t1' is not two fields; allowed: title<TAB>year");
  EXPECT_EQ(ErrorFor("title\tyear\n\n"), ":2: '' is not two fields; allowed: title<TAB>year");
  EXPECT_EQ(ErrorFor("title\tyear\n\t1995\n"), ":2: the title is empty; allowed: title<TAB>year");
  for (const std::string year : {"n/a", "1995.0", "", "-5", "10000", "1995 ", "99999999999999999999"}) {
    EXPECT_EQ(ErrorFor("title\tyear\nHeat\t" + year + "\n"),
              ":2: year '" + year + "'; allowed: an integer from 0 to 9999");
  }
  EXPECT_EQ(ErrorFor("title\tyear\nHeat\t1995\nUp\t2009\nHeat\t1995\n"),
            ":4: 'Heat (1995)' is on line 2 too; allowed: each (title, year) once");
}

TEST(Catalog, NamesAMissingFile) { EXPECT_THROW(Catalog::FromTsv("no/such.tsv"), InputError); }

}  // namespace
}  // namespace suite
