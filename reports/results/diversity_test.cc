#include "reports/results/diversity.h"

#include <gtest/gtest.h>

#include "reports/results/applied_ratios.h"
#include "reports/runs/synthetic_runs.h"

namespace suite {
namespace {

// Ten steps; two evaluations of two conversations, of which the last counts: items 0 and 1 once and thrice, and one
// that is not in the catalogue.
RunRecord RunWithLists() {
  RunRecord run = MakeRun({"grpo", 1, 0, 2});
  run.series = {{"distinct_items_in_group", 1, {40, 9, 9, 9, 9, 9, 9, 9, 9, 30}},
                {"ratio/applied/mean", 1, {0.5, 0.7}},
                {"ratio/applied/std", 1, {0.1, 0.3}},
                {"ess/applied", 1, {1.0, 0.8}}};
  run.lists.split = "test";
  run.lists.items = {{"Heat", 1995, true, true}, {"Alien", 1979, true, true}, {"Nosuch", 1990}};
  run.lists.ranks = {{0, 0, 0, 0, "hit", false},  {2, 0, 0, 0, "hit", false}, {2, 0, 1, 1, "miss", false},
                     {2, 1, 0, 1, "miss", false}, {2, 1, 1, 1, "miss", true}, {2, 1, 2, 2, "unknown_title", false}};
  return run;
}

RunSet SetOf(RunRecord run) {
  ReportSpec spec;
  spec.arms = {{"grpo", "GRPO"}};
  ReadStores stores;
  stores.records.push_back(std::move(run));
  return MakeRunSet(spec, std::move(stores));
}

std::vector<std::string> Texts(const std::vector<TextCell>& cells) {
  std::vector<std::string> texts;
  for (const TextCell& cell : cells) texts.push_back(cell.text);
  return texts;
}

TEST(DiversityTable, CountsItemsOfGroupsAndOfTheLastTest) {
  ReportSpec spec;
  spec.split = "test";
  const TextTable table = DiversityTable(spec, SetOf(RunWithLists()));
  ASSERT_EQ(table.rows.size(), 1u);
  EXPECT_EQ(Texts(table.rows[0]), (std::vector<std::string>{"GRPO", "40.0", "30.0", "2", "1.000"}));
}

TEST(DiversityTable, SaysTheSameOfARecordWithItsItemsCountedBefore) {
  ReportSpec spec;
  spec.split = "test";
  RunRecord run = RunWithLists();
  run.counts.push_back(*RecommendedIn(run));
  run.lists = {};
  const TextTable table = DiversityTable(spec, SetOf(run));
  ASSERT_EQ(table.rows.size(), 1u);
  EXPECT_EQ(Texts(table.rows[0]), (std::vector<std::string>{"GRPO", "40.0", "30.0", "2", "1.000"}));
  run.counts.clear();
  EXPECT_EQ(Texts(DiversityTable(spec, SetOf(run)).rows[0]),
            (std::vector<std::string>{"GRPO", "40.0", "30.0", "-", "-"}));
}

TEST(DiversityTable, SaysNothingOfRecordsThatDoNotCountGroups) {
  RunRecord run = RunWithLists();
  run.series.clear();
  ReportSpec spec;
  spec.split = "test";
  EXPECT_TRUE(DiversityTable(spec, SetOf(run)).rows.empty());
}

TEST(AppliedRatioTable, TellsMeanSpreadAndEffectiveShare) {
  const TextTable table = AppliedRatioTable(SetOf(RunWithLists()));
  ASSERT_EQ(table.rows.size(), 1u);
  EXPECT_EQ(Texts(table.rows[0]), (std::vector<std::string>{"GRPO", "0.6000", "0.2000", "0.9000"}));
}

TEST(AppliedRatioTable, WhereEveryRatioIsOneThereIsNothingToSay) {
  RunRecord run = RunWithLists();
  run.series = {{"ratio/applied/mean", 1, {1, 1}}, {"ratio/applied/std", 1, {0, 0}}, {"ess/applied", 1, {1, 1}}};
  EXPECT_TRUE(AppliedRatioTable(SetOf(run)).rows.empty());
}

}  // namespace
}  // namespace suite
