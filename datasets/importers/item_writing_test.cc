#include "datasets/importers/item_writing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "base/error.h"
#include "base/files.h"
#include "base/testing/error_of.h"
#include "datasets/core/item.h"
#include "datasets/core/item_form.h"
#include "datasets/importers/imported_dataset.h"
#include "datasets/importers/item_mentions.h"

namespace suite {
namespace {

using ::testing::HasSubstr;
using Files = std::map<std::string, std::string>;

const char* const kBooks =
    R"json({"id": "k", "title": "Kim", "year": 1901, "text": "On the road.", "codes": ["<a_0>", "<b_1>"]}
{"id": "e", "title": "Emma", "codes": ["<a_1>", "<b_0>"]}
{"id": "9", "title": "9. (A Novel)", "codes": ["<a_1>", "<b_1>"]}
)json";

// One line of samples: `more` is what follows the turns.
std::string Row(const std::string& more, const std::string& text = "Another like {item k}?") {
  return R"json({"id": "1", "turns": [{"role": "user", "content": ")json" + text + R"json("}], )json" + more + "}\n";
}

ImportedDataset Imported(const Files& files, ItemForm form) {
  const std::string folder = ::testing::TempDir() + "item_writing_test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  for (const auto& [name, bytes] : files) WriteFileAtomically(folder + "/" + name, bytes);
  ImportOptions options;
  options.form.form = form;
  options.form.collision_rule = CollisionRule::kShare;
  return ImportDataset("jsonl", folder, options);
}

Files Books(const std::string& rows) { return {{"items.jsonl", kBooks}, {"test.jsonl", rows}}; }

TEST(ItemWriting, WritesAListedCatalogueInEveryForm) {
  const std::string line =
      Row(R"json("ground_truth": [{"id": "e"}, {"title": "9. (A Novel)"}], "seen_titles": ["Kim"], )json"
          R"json("liked": [{"id": "k"}], "answer": "1. Emma\n9")json");
  const std::map<ItemForm, std::vector<std::string>> expected = {
      {ItemForm::kTitle, {"Kim", "Emma", "(A Novel)"}},
      {ItemForm::kId, {"<item_0>", "<item_1>", "<item_2>"}},
      {ItemForm::kCodes, {"<a_0><b_1>", "<a_1><b_0>", "<a_1><b_1>"}},
  };
  for (const auto& [form, written] : expected) {
    const ImportedDataset data = Imported(Books(line), form);
    ASSERT_EQ(data.test.size(), 1u);
    EXPECT_EQ(data.test[0].turns[0].text, "Another like " + written[0] + "?");
    ASSERT_EQ(data.test[0].ground_truth.size(), 2u);
    EXPECT_EQ(data.test[0].ground_truth[0].title, written[1]);
    EXPECT_EQ(data.test[0].ground_truth[0].year, kNoYear);
    EXPECT_EQ(data.test[0].ground_truth[1].title, written[2]);
    EXPECT_EQ(data.test[0].seen_titles, std::vector<std::string>{written[0]});
    EXPECT_EQ(FormatList(data.test[0].liked), written[0]);
    EXPECT_EQ(data.demonstrations[0].answer, written[1] + "\n" + written[2]);
    EXPECT_EQ(data.demonstrations[0].prompt[0].text, data.test[0].turns[0].text);
    EXPECT_EQ(data.catalog.form(), form);
    EXPECT_EQ(data.catalog.Details(0).text, "On the road.");
    EXPECT_EQ(data.report.lost_in_parsing, 0);
    EXPECT_EQ(data.report.splits.at("test").in_catalog, 2);
    EXPECT_THAT(ReportText(data.report), HasSubstr("written as"));
  }
}

TEST(ItemWriting, FilmsTakeOtherFormsToo) {
  const std::string line =
      Row(R"json("ground_truth": [{"title": "Heat", "year": 1995}, {"title": "Nosuch", "year": 2000}], )json"
          R"json("seen_titles": ["Up", "Lost"], "answer": "Up (2009)\nHeat (1995)\nLost (1990)")json");
  const Files films = {{"catalog.tsv", "title\tyear\nHeat\t1995\nUp\t2009\nUp\t1976\n"}, {"test.jsonl", line}};
  const ImportedDataset ids = Imported(films, ItemForm::kId);
  EXPECT_EQ(ids.test[0].ground_truth[0].title, "<item_0>");
  EXPECT_EQ(ids.test[0].ground_truth[1].title, "Nosuch") << "stays, and can never be hit";
  EXPECT_FALSE(ids.test[0].ground_truth[1].year.has_value());
  EXPECT_EQ(ids.test[0].seen_titles, (std::vector<std::string>{"<item_1>", "<item_2>"}));
  EXPECT_EQ(ids.demonstrations[0].answer, "<item_1>\n<item_0>");
  EXPECT_EQ(ids.test[0].turns[0].text, "Another like {item k}?") << "a source that lists no items has no mentions";
  const ImportedDataset titles = Imported(films, ItemForm::kTitle);
  EXPECT_EQ(titles.catalog.size(), 2) << "the two films are written alike";
  EXPECT_EQ(titles.report.written_alike, 2);
  EXPECT_EQ(titles.demonstrations[0].answer, "Up\nHeat\nLost");
  EXPECT_EQ(Imported(films, ItemForm::kTitleYear).written.items.size(), 0u);
}

std::string ErrorFor(const Files& files, ItemForm form = ItemForm::kTitle) {
  return ErrorOf([&] { Imported(files, form); });
}

TEST(ItemWriting, NamesWhatIsWrong) {
  const std::string good = R"json("ground_truth": [{"id": "e"}])json";
  EXPECT_EQ(ErrorFor(Books(Row(good))), "no error");
  EXPECT_THAT(ErrorFor(Books(Row(R"json("ground_truth": [{"id": "x"}])json"))),
              HasSubstr("test.jsonl:1: ground_truth[0].id: 'x' is no item of "));
  EXPECT_THAT(ErrorFor(Books(Row(R"json("ground_truth": [{"title": "Kim", "year": 1999}])json"))),
              HasSubstr("ground_truth[0].title: 'Kim' is the title of 0 items of "));
  EXPECT_THAT(ErrorFor(Books(Row(good, "{item x}"))), HasSubstr("test.jsonl:1: turns[0]: {item x} is no item of "));
  EXPECT_THAT(ErrorFor({{"items.jsonl", std::string(kBooks) + R"json({"id": "e"})json"}, {"test.jsonl", Row(good)}}),
              HasSubstr("items.jsonl:4: id: 'e' is on line 2 too"));
  EXPECT_THAT(ErrorFor({{"items.jsonl", ""}, {"test.jsonl", Row(good)}}), HasSubstr("items.jsonl: the file is empty"));
  EXPECT_THAT(ErrorFor({{"items.jsonl", R"json({"id": ""})json"}, {"test.jsonl", Row(good)}}),
              HasSubstr("items.jsonl:1: id: an empty string"));
  EXPECT_THAT(ErrorFor({{"items.jsonl", R"json({"id": "e", "author": 1})json"}, {"test.jsonl", Row(good)}}),
              HasSubstr("items.jsonl:1: unknown key 'author'"));
  Files both = Books(Row(good));
  both["catalog.tsv"] = "title\tyear\nHeat\t1995\n";
  EXPECT_THAT(ErrorFor(both), HasSubstr("items.jsonl: there is a second catalogue"));
  EXPECT_THAT(ErrorFor(Books(Row(good)), ItemForm::kTitleYear), HasSubstr("item 1 ('Emma') has no year"));
}

TEST(ItemMentions, AreReplacedByWhatTheyAreWrittenLike) {
  const auto shout = [](const std::string& id) { return id + "!"; };
  EXPECT_EQ(ReplaceMentions("{item a} and {item b c}{item", shout), "a! and b c!{item");
  EXPECT_EQ(ReplaceMentions("{items}", shout), "{items}");
}

}  // namespace
}  // namespace suite
