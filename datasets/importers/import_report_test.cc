#include "datasets/importers/import_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace suite {
namespace {

SourceSample SampleOf(const std::string& text, const std::string& dialogue, std::vector<GroundTruth> wanted) {
  SourceSample sample;
  sample.dialogue = dialogue;
  sample.conversation.turns = {{"user", text}};
  sample.conversation.ground_truth = std::move(wanted);
  return sample;
}

// Train: 3 samples (2 alike) and a dropped row; test: 1 sample with train's context and dialogue.
ImportReport Report() {
  SourceData source;
  const std::vector<GroundTruth> heat{{"Heat", 1995}};
  source.splits["train"] = {SampleOf("A", "d1", heat), SampleOf("A", "d2", heat),
                            SampleOf("B", "d2", {{"heat", 1990}, {"Old", std::nullopt}}), SampleOf("C", "d3", {})};
  source.splits["train"][3].dropped = "no_ground_truth";
  source.splits["train"][3].dropped_ground_truths = {"without_year", "without_year"};
  source.splits["test"] = {SampleOf("A", "d1", {{"Gone", 2000}})};
  source.demonstrations = {{"train/0", "train", {}, "x"}};
  return MakeImportReport("jsonl", source, Catalog({{"Heat", 1995}, {"HEAT", 1996}, {"Heat (Two)", 2001}}));
}

TEST(ImportReport, Counts) {
  const ImportReport report = Report();
  EXPECT_EQ(report.catalog_items, 3);
  EXPECT_EQ(report.lost_in_parsing, 1);
  EXPECT_EQ(report.near_duplicates, (std::map<std::string, int64_t>{{"near_year", 1}}));
  const SplitReport& train = report.splits.at("train");
  EXPECT_EQ(train.rows, 4);
  EXPECT_EQ(train.conversations, 3);
  EXPECT_EQ(train.demonstrations, 1);
  EXPECT_EQ(train.dialogues, 2);
  EXPECT_EQ(train.distinct_contexts, 2);
  EXPECT_EQ(train.identical_rows, 1);
  EXPECT_EQ(train.ground_truths, 4);
  EXPECT_EQ(train.in_catalog, 2);
  EXPECT_EQ(train.in_catalog_by_title, 3);
  EXPECT_EQ(train.without_year, 1);
  EXPECT_EQ(train.ground_truth_counts, (std::map<int, int64_t>{{1, 2}, {2, 1}}));
  ASSERT_EQ(report.leakage.size(), 1u);
  EXPECT_EQ(report.leakage[0].first, "test");
  EXPECT_EQ(report.leakage[0].second, "train");
  EXPECT_EQ(report.leakage[0].contexts, 1);
  EXPECT_EQ(report.leakage[0].dialogues, 1);
}

TEST(ImportReport, IsWrittenAsText) {
  EXPECT_EQ(ReportText(Report()), R"(format                              jsonl
catalogue                           3 items
  lost in parsing                   1
  near duplicates: near_year        1
    near_year: Heat (1995) ~ HEAT (1996)
train                               3 samples of 4 rows
  dropped: no_ground_truth          1
  demonstrations                    1
  dialogues                         2
  distinct contexts                 2
  identical rows                    1
  ground truths                     4
    in the catalogue                2 (50.0 %)
    by title, any year              3 (75.0 %)
    without a year                  1
    dropped: without_year           2
    a sample                        1: 2, 2: 1
test                                1 samples of 1 rows
  dialogues                         1
  distinct contexts                 1
  identical rows                    0
  ground truths                     1
    in the catalogue                0 (0.0 %)
    by title, any year              0 (0.0 %)
    without a year                  0
    a sample                        1: 1
leakage: test and train             1 contexts, 1 dialogues
)");
}

TEST(ImportReport, IsWrittenAsJson) {
  const auto json = nlohmann::json::parse(ReportJson(Report()));
  EXPECT_EQ(json.at("format"), "jsonl");
  EXPECT_EQ(json.at("splits").at("train").at("dropped").at("no_ground_truth"), 1);
  EXPECT_EQ(json.at("splits").at("train").at("ground_truth_counts").at("2"), 1);
  EXPECT_EQ(json.at("splits").at("test").at("in_catalog"), 0);
  EXPECT_EQ(json.at("leakage").at(0).at("contexts"), 1);
  EXPECT_EQ(json.at("near_duplicates").at("near_year"), 1);
}

}  // namespace
}  // namespace suite
