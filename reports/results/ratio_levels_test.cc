#include "reports/results/ratio_levels.h"

#include <gtest/gtest.h>

#include "reports/runs/synthetic_runs.h"

namespace suite {
namespace {

RunSet OneRun(double token_std) {
  RunRecord run = MakeRun({"grpo", 1, 0, 2});
  run.series = {{"ratio/token/std", 1, {token_std, token_std}},
                {"ratio/rank/std", 1, {token_std / 4, 3 * token_std / 4}},
                {"ratio/sequence/std", 1, {0, 0}}};
  run.counts = {{"ratio_counts/token", 2, {1, 2}, {10, 20, 30, 40}}, {"ratio_counts/rank", 2, {1, 2}, {5, 5, 5, 5}}};
  ReportSpec spec;
  spec.arms = {{"grpo", "GRPO"}};
  ReadStores stores;
  stores.records.push_back(run);
  return MakeRunSet(spec, std::move(stores));
}

TEST(RatioLevels, TheFactorStandsBesideWhatAveragingAloneGives) {
  const TextTable table = RatioLevelTable(OneRun(.02));
  ASSERT_EQ(table.rows.size(), 1u);
  std::vector<std::string> texts;
  for (const TextCell& cell : table.rows[0]) texts.push_back(cell.text);
  EXPECT_EQ(texts, (std::vector<std::string>{"GRPO", "0.0200", "0.0100", "0.0000", "5.0", "0.25", "0.20"}));
}

TEST(RatioLevels, WhereEveryRatioIsOneThereIsNothingToSay) { EXPECT_TRUE(RatioLevelTable(OneRun(0)).rows.empty()); }

}  // namespace
}  // namespace suite
