// The front on the real data of SUITE_SHARED_DIR/data; skipped where they are not.
#include "datasets/importers/imported_dataset.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <utility>

#include "base/files.h"
#include "base/testing/error_of.h"
#include "base/testing/golden.h"
#include "datasets/importers/arrow_files.h"

namespace suite {
namespace {

std::string RealData(const std::string& name) {
  const std::string shared = EnvironmentVariable("SUITE_SHARED_DIR");
  return shared.empty() ? "" : shared + "/data/" + name;
}

#define SKIP_WITHOUT(path)                              \
  if ((path).empty() || !std::filesystem::exists(path)) \
  GTEST_SKIP() << "no real data at SUITE_SHARED_DIR/data: " << (path)

std::string RulesOf(const ImportedDataset& data) {
  std::string text;
  for (const AppliedRule& rule : data.rules) text += rule.name + "=" + rule.value + " ";
  return text;
}

// What every imported data set must hold.
void ExpectSound(const ImportedDataset& data) {
  std::set<std::string> ids;
  for (const auto& [split, conversations] :
       {std::pair("train", &data.train), std::pair("validation", &data.validation), std::pair("test", &data.test)}) {
    for (const Conversation& conversation : *conversations) {
      EXPECT_TRUE(ids.insert(conversation.id).second) << conversation.id;
      EXPECT_EQ(conversation.split, split);
      ASSERT_FALSE(conversation.turns.empty()) << conversation.id;
      EXPECT_EQ(conversation.turns.back().role, "user") << conversation.id;
      for (size_t i = 1; i < conversation.turns.size(); ++i) {
        EXPECT_NE(conversation.turns[i].role, conversation.turns[i - 1].role) << conversation.id;
      }
      EXPECT_FALSE(conversation.ground_truth.empty()) << conversation.id;
    }
  }
}

// What the error for a pickle says between "this writes it: " and its end, run as a user would; "" without Python.
std::string ConvertAsTold(const std::string& pickle) {
  std::vector<DataFile> files;
  const std::string error = ErrorOf([&] { ReadCatalogFile("", pickle, &files); });
  const std::string told = "this writes it: ";
  const size_t command = error.find(told);
  if (command == std::string::npos) return error;
  EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 0) << error;
  if (std::system("python3 -c ''") != 0) return "";
  EXPECT_EQ(std::system(error.substr(command + told.size()).c_str()), 0);
  return ReadFile(std::filesystem::path(pickle).replace_extension(".tsv").string());
}

std::string EmptyFolder(const std::string& name) {
  const std::string folder = ::testing::TempDir() + name;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder + "/test");
  return folder;
}

// pickle.dumps([('Amélie', 2001), ('Old', 201)], 4), in a file whose name a shell must not take apart.
TEST(Pickle, IsWrittenAsATsvByTheLineThatTheErrorSays) {
  const std::string path = EmptyFolder("pickle_test") + "/it's a catalogue.pkl";
  WriteFileAtomically(path, std::string("\x80\x04]\x94(\x8c\x07"
                                        "Am\xc3\xa9lie\x94M\xd1\x07\x86\x94\x8c\x03Old\x94K\xc9\x86\x94"
                                        "e."));
  const std::string tsv = ConvertAsTold(path);
  if (tsv.empty()) GTEST_SKIP() << "no python3";
  EXPECT_EQ(tsv, "title\tyear\nAmélie\t2001\nOld\t201\n");
}

TEST(RealData, TheAuthorsPickleIsTheShippedCatalogue) {
  const std::string original = RealData("gt_catalog.pkl");
  SKIP_WITHOUT(original);
  const std::string path = EmptyFolder("authors_pickle_test") + "/gt_catalog.pkl";
  std::filesystem::copy_file(original, path);
  const std::string tsv = ConvertAsTold(path);
  if (tsv.empty()) GTEST_SKIP() << "no python3";
  EXPECT_EQ(tsv, ReadFile(kRedditV2CatalogPath));
}

// A folder as the authors release it is read as it is: their list is the shipped one, and the report says so.
TEST(RealData, RedditV2WithTheAuthorsPickleNeedsNoHandWork) {
  const std::string original = RealData("gt_catalog.pkl");
  SKIP_WITHOUT(original);
  const std::string folder = EmptyFolder("authors_folder_test");
  std::filesystem::copy_file(original, folder + "/gt_catalog.pkl");
  WriteFileAtomically(folder + "/test/state.json",
                      R"({"_data_files": [{"filename": "data.arrow"}], "_split": "test"})");
  WriteFileAtomically(folder + "/test/data.arrow",
                      ArrowStream(RlSchema(), {R"([{"prompt": [{"role": "user", "content": "?"}], "seen_titles": [],
                        "groundtruth_with_release_year": [["Heat", "1995"]]}])"}));
  const ImportedDataset data = ImportDataset("reddit_v2", folder, {});
  EXPECT_EQ(data.catalog.items(), Catalog::FromTsv(kRedditV2CatalogPath).items());
  EXPECT_EQ(data.files[0].name, "gt_catalog.pkl");
  EXPECT_NE(ReportText(data.report).find("gt_catalog.pkl is the authors' own: its list was taken from"),
            std::string::npos)
      << ReportText(data.report);
  EXPECT_NE(ReportJson(data.report).find("\"notes\""), std::string::npos);

  WriteFileAtomically(folder + "/catalog.tsv", "title\tyear\nHeat\t1995\n");  // a user's own list comes first
  EXPECT_EQ(ImportDataset("reddit_v2", folder, {}).catalog.size(), 1);
}

TEST(RealData, Redial) {
  const std::string folder = RealData("redial");
  SKIP_WITHOUT(folder);
  const ImportedDataset data = ImportDataset("redial", folder, {});
  ExpectSound(data);
  const SplitReport& test = data.report.splits.at("test");
  EXPECT_EQ(test.rows, 1776);
  EXPECT_EQ(test.dropped, (std::map<std::string, int64_t>{{"no_context", 24}, {"no_ground_truth", 145}}));
  EXPECT_EQ(test.conversations, test.rows - 24 - 145);
  EXPECT_EQ(static_cast<int64_t>(data.test.size()), test.conversations);
  EXPECT_EQ(test.in_catalog, test.ground_truths);
  EXPECT_EQ(test.identical_rows, 0);
  EXPECT_EQ(data.report.lost_in_parsing, 0);
  EXPECT_TRUE(data.train.empty());
  EXPECT_TRUE(data.validation.empty());
  EXPECT_EQ(data.dialogue_of.size(), data.test.size());
  const Conversation& first = data.test[0];
  EXPECT_EQ(first.id, "test/test_20001/204172");
  ASSERT_EQ(first.turns.size(), 1u);
  EXPECT_EQ(first.turns[0].text, "Hi I am looking for a movie like Super Troopers (2001)");
  ASSERT_EQ(first.ground_truth.size(), 1u);
  EXPECT_EQ(first.ground_truth[0].title, "Police Academy");
  EXPECT_EQ(first.ground_truth[0].year, 1984);
  EXPECT_EQ(first.seen_titles, (std::vector<std::string>{"Super Troopers"}));
  EXPECT_EQ(data.catalog.item(*data.catalog.Find({"Police Academy", 1984})).title, "Police Academy");
  ASSERT_EQ(data.files.size(), 4u);
  EXPECT_EQ(data.files[2].name, "test.jsonl");
}

TEST(RealData, RedialAgainstTheRedditCatalogue) {
  const std::string folder = RealData("redial");
  SKIP_WITHOUT(folder);
  ImportOptions options;
  options.catalog_rule = CatalogRule::kReference;
  const ImportedDataset kept = ImportDataset("redial", folder, options);
  ExpectSound(kept);
  EXPECT_EQ(kept.catalog.size(), 7404);
  const SplitReport& all = kept.report.splits.at("test");
  EXPECT_LT(all.in_catalog, all.ground_truths);
  options.outside_rule = OutsideRule::kDrop;
  const ImportedDataset dropped = ImportDataset("redial", folder, options);
  ExpectSound(dropped);
  const SplitReport& inside = dropped.report.splits.at("test");
  EXPECT_EQ(inside.ground_truths, all.in_catalog);
  EXPECT_EQ(inside.in_catalog, inside.ground_truths);
  EXPECT_NE(DataSha256(kept), DataSha256(dropped));
}

TEST(RealData, RedialSplitByDialogue) {
  const std::string folder = RealData("redial");
  SKIP_WITHOUT(folder);
  ImportOptions options;
  options.split_rule = SplitRule::kByDialogue;
  options.validation_percent = 10;
  const ImportedDataset data = ImportDataset("redial", folder, options);
  ExpectSound(data);
  EXPECT_FALSE(data.train.empty());
  EXPECT_FALSE(data.validation.empty());
  EXPECT_EQ(data.train.size() + data.validation.size() + data.test.size(),
            ImportDataset("redial", folder, {}).test.size());
  ASSERT_EQ(data.report.leakage.size(), 3u);
  for (const Leakage& leak : data.report.leakage) EXPECT_EQ(leak.dialogues, 0);
  const ImportedDataset again = ImportDataset("redial", folder, options);
  EXPECT_EQ(DataSha256(data), DataSha256(again));
  ASSERT_EQ(data.train.size(), again.train.size());
  for (size_t i = 0; i < data.train.size(); ++i) EXPECT_EQ(data.train[i].id, again.train[i].id);
}

TEST(RealData, Inspired) {
  const std::string folder = RealData("inspired");
  SKIP_WITHOUT(folder);
  const ImportedDataset data = ImportDataset("inspired", folder, {});
  ExpectSound(data);
  EXPECT_EQ(RulesOf(data),
            "role_rule=user_before_response year_rule=reference_or_drop title_rule=as_parsed catalog_rule=own "
            "outside_rule=keep repeat_rule=drop split_rule=as_given ");
  const SplitReport& test = data.report.splits.at("test");
  EXPECT_EQ(test.rows, 114);
  EXPECT_EQ(test.dropped, (std::map<std::string, int64_t>{{"no_context", 1}, {"no_ground_truth", 35}}));
  EXPECT_EQ(test.conversations, 78);
  EXPECT_EQ(test.without_year, 0);

  ImportOptions options;
  options.year_rule = YearRule::kUnknown;
  options.repeat_rule = RepeatRule::kKeep;
  const SplitReport all = ImportDataset("inspired", folder, options).report.splits.at("test");
  EXPECT_EQ(all.conversations, 113);
  EXPECT_GT(all.without_year, 0);
}

TEST(KnownFormats, AreSorted) {
  EXPECT_EQ(KnownFormats(),
            (std::vector<std::string>{"inspired", "jsonl", "reddit_v2", "redial", "redial_original", "sequences"}));
}

}  // namespace
}  // namespace suite
