#include "datasets/importers/sequences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/testing/error_of.h"
#include "datasets/core/item.h"
#include "datasets/core/item_form.h"
#include "datasets/importers/imported_dataset.h"

namespace suite {
namespace {

using Files = std::map<std::string, std::string>;

// "u" took seven items, "v" three, "w" two.
constexpr char kInter[] = R"({"u": [0, 1, 2, 3, 10, 0, 4], "v": [4, 2, 1], "w": [3, 1]})";
constexpr char kIndex[] = R"({"0": ["<a_1>", "<b_0>"], "1": ["<a_1>", "<b_1>"], "2": ["<a_1>", "<b_1>"],
                              "3": ["<a_0>", "<b_2>"], "4": ["<a_2>", "<b_0>"], "10": ["<a_2>", "<b_1>"]})";
constexpr char kItems[] = R"({"0": {"title": "Soap", "description": "Clean."}, "1": {"title": "Balm"},
                              "2": {"title": "Oil", "description": ["Smooth", "skin."]}, "3": {"title": "Wax"},
                              "4": {"title": "Salt"}, "10": {"title": "Comb"}, "11": {"title": "Brush"}})";

std::string FolderOf(const Files& files) {
  const std::string folder = ::testing::TempDir() + "sequences_test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  for (const auto& [name, bytes] : files) WriteFileAtomically(folder + "/" + name, bytes);
  return folder;
}

ImportOptions Options(ItemForm form = ItemForm::kTitle) {
  ImportOptions options;
  options.form.form = form;
  return options;
}

ImportedDataset Imported(const Files& files, const ImportOptions& options) {
  return ImportDataset("sequences", FolderOf(files), options);
}

const Files kAll = {{"S.inter.json", kInter}, {"S.index.json", kIndex}};

std::vector<std::string> Wanted(const Conversation& conversation) {
  std::vector<std::string> titles;
  for (const GroundTruth& one : conversation.ground_truth) titles.push_back(one.title);
  return titles;
}

TEST(Sequences, LeaveOneOut) {
  const ImportedDataset data = Imported({{"S.inter.json", kInter}}, Options(ItemForm::kId));
  EXPECT_EQ(data.catalog.size(), 6);
  ASSERT_EQ(data.test.size(), 2u);
  EXPECT_EQ(data.test[0].id, "test/u");
  EXPECT_EQ(data.test[0].turns[0].text,
            "I took these one after another, the last one most recently:\n"
            "<item_0>\n<item_1>\n<item_2>\n<item_3>\n<item_5>\n<item_0>");
  EXPECT_EQ(Wanted(data.test[0]), std::vector<std::string>{"<item_4>"});
  EXPECT_EQ(Wanted(data.validation[0]), std::vector<std::string>{"<item_0>"}) << "an item may come again";
  EXPECT_TRUE(data.validation[0].seen_titles.empty());
  ASSERT_EQ(data.train.size(), 1u) << "the one training item of v leaves no history";
  EXPECT_EQ(Wanted(data.train[0]), std::vector<std::string>{"<item_5>"});
  EXPECT_EQ(data.report.splits.at("train").dropped, (std::map<std::string, int64_t>{{"history_too_short", 2}}));
  EXPECT_EQ(data.report.splits.at("test").dropped, (std::map<std::string, int64_t>{{"history_too_short", 1}}));
  EXPECT_EQ(data.dialogue_of.at("test/u"), "u");
  EXPECT_TRUE(data.may_repeat);
}

TEST(Sequences, HistoriesAreCutAndSeveralItemsMayBeNext) {
  ImportOptions options = Options(ItemForm::kId);
  options.history_items = 2;
  options.next_items = 2;
  options.every_position = true;
  const ImportedDataset data = Imported(kAll, options);
  ASSERT_EQ(data.train.size(), 4u);
  EXPECT_EQ(data.train[0].id, "train/u-1");
  EXPECT_EQ(Wanted(data.train[0]), (std::vector<std::string>{"<item_1>", "<item_2>"}));
  EXPECT_EQ(FormatList(data.train[2].liked), "<item_1>\n<item_2>");
  EXPECT_EQ(Wanted(data.train[2]), (std::vector<std::string>{"<item_3>", "<item_5>"}));
  EXPECT_EQ(Wanted(data.train[3]), (std::vector<std::string>{"<item_5>"})) << "no more came next";
  EXPECT_EQ(Wanted(data.test[0]).size(), 1u);
  options.every_position = false;
  const ImportedDataset one = Imported(kAll, options);
  ASSERT_EQ(one.train.size(), 1u);
  EXPECT_EQ(Wanted(one.train[0]), (std::vector<std::string>{"<item_3>", "<item_5>"}));
  // What is counted is a user's training items, whatever is asked for; v has one.
  ASSERT_EQ(one.training_sequences.size(), 2u);
  EXPECT_EQ(one.training_sequences[0].size(), 5u);
  EXPECT_EQ(one.catalog.item(one.training_sequences[0][4]).title, "<item_5>");
  EXPECT_EQ(one.training_sequences[1].size(), 1u);
  EXPECT_EQ(one.training_sequence_of, (std::map<std::string, size_t>{{"train/u", 0}}));
}

TEST(Sequences, ABareHistoryIsItemsAlone) {
  ImportOptions options = Options(ItemForm::kId);
  options.history_items = 2;
  options.bare_history = true;
  EXPECT_EQ(Imported(kAll, options).test[0].turns[0].text, "<item_5>\n<item_0>");
}

TEST(Sequences, DroppingRepeatsMakesTheHistorySeen) {
  ImportOptions options = Options(ItemForm::kId);
  options.repeat_rule = RepeatRule::kDrop;
  options.history_items = 2;
  const ImportedDataset data = Imported(kAll, options);
  EXPECT_FALSE(data.may_repeat);
  EXPECT_EQ(data.test[0].seen_titles.size(), 6u) << "the whole history, not what is shown of it";
  EXPECT_EQ(data.report.splits.at("validation").dropped.at("no_ground_truth"), 1);
}

TEST(Sequences, CodesComeFromTheIndex) {
  ImportOptions options = Options(ItemForm::kCodes);
  options.form.collision_rule = CollisionRule::kShare;
  const ImportedDataset data = Imported(kAll, options);
  EXPECT_EQ(data.catalog.size(), 5);
  EXPECT_DOUBLE_EQ(data.catalog.Share(data.catalog.Find({"<a_1><b_1>", kNoYear}).value()), .5);
  EXPECT_EQ(data.report.written_alike, 2);
  EXPECT_EQ(Wanted(data.test[1]), std::vector<std::string>{"<a_1><b_1>"});
  EXPECT_EQ(data.written.tokens, (std::vector<std::string>{"<a_0>", "<a_1>", "<a_2>", "<b_0>", "<b_1>", "<b_2>"}));
  EXPECT_THAT(ReportText(data.report), ::testing::HasSubstr("items written alike               2\n"));
}

TEST(Sequences, TitlesAndTextsComeFromTheItems) {
  const ImportedDataset data = Imported({{"S.inter.json", kInter}, {"S.item.json", kItems}}, Options());
  EXPECT_EQ(data.catalog.size(), 7) << "nobody took the brush";
  EXPECT_EQ(Wanted(data.test[0]), std::vector<std::string>{"Salt"});
  EXPECT_EQ(data.catalog.Details(2).text, "Smooth skin.");
}

TEST(Sequences, NamesWhatIsWrong) {
  using ::testing::HasSubstr;
  const auto error = [](Files files, ItemForm form = ItemForm::kCodes) {
    files.emplace("S.inter.json", kInter);
    return ErrorOf([&] { Imported(files, Options(form)); });
  };
  std::string index = kIndex;
  EXPECT_THAT(error({{"S.index.json", index.substr(0, index.find(R"(, "10")")) + "}"}}),
              HasSubstr("S.index.json: item '10', which user 'u' took, is missing"));
  index.pop_back();
  EXPECT_THAT(error({{"S.index.json", index + R"(, "12": ["<a_0>", "<b_9>"]})"}}),
              HasSubstr("S.index.json: item '12' is unknown: nobody took it"));
  EXPECT_THAT(error({{"S.index.json", R"({"0": []})"}}), HasSubstr("S.index.json: 0: found"));
  EXPECT_THAT(error({}), HasSubstr("item 0 ('0') has no codes"));
  EXPECT_THAT(error({}, ItemForm::kTitleYear), HasSubstr("item 0 ('0') has no year"));
  EXPECT_THAT(error({{"S.inter.json", R"({"u": [1], "v": [2, 1]})"}}, ItemForm::kId),
              HasSubstr("no user has three items"));
  EXPECT_THAT(error({{"S.inter.json", R"({"u": []})"}}, ItemForm::kId), HasSubstr("S.inter.json: u: found no items"));
  EXPECT_THAT(error({{"S.inter.json", "{}"}}, ItemForm::kId), HasSubstr("S.inter.json: found no keys"));
  EXPECT_THAT(error({{"T.inter.json", "{}"}}, ItemForm::kId), HasSubstr("2 files NAME.inter.json are there"));
  EXPECT_THAT(error({{"S.item.json", R"({"0": {"title": "Soap"}})"}}, ItemForm::kTitle),
              HasSubstr("S.item.json: item '1', which user 'u' took, is missing"));
  std::string uneven = kIndex;
  uneven.replace(uneven.find(R"(, "<b_2>")"), 9, "");
  EXPECT_THAT(error({{"S.index.json", uneven}}), HasSubstr("item 3 ('3') has 1 codes and item 0 ('0') has 2"));
}

// The real thing, where it is at hand.
// Real users, where they are at hand: every user with three items or more tests and validates, every item is there.
TEST(Sequences, ReadsRealUsers) {
  const char* shared = std::getenv("SUITE_SHARED_DIR");
  const std::string folder = std::string(shared ? shared : "") + "/data/beauty";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no " << folder;
  size_t users = 0;
  std::set<std::string> items;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().string().find(".inter.json") == std::string::npos) continue;
    const nlohmann::json histories = nlohmann::json::parse(ReadFile(file.path().string()));
    for (const nlohmann::json& history : histories) {
      users += history.size() >= 3;
      for (const nlohmann::json& item : history) items.insert(item.dump());
    }
  }
  const ImportedDataset data = ImportDataset("sequences", folder, Options(ItemForm::kCodes));
  EXPECT_EQ(static_cast<size_t>(data.catalog.size()), items.size());
  EXPECT_EQ(data.test.size(), users);
  EXPECT_EQ(data.validation.size(), users);
  EXPECT_EQ(data.report.lost_in_parsing, 0);
}

}  // namespace
}  // namespace suite
