#include "reports/runs/starts.h"

#include <gtest/gtest.h>

#include "reports/runs/synthetic_runs.h"

namespace suite {
namespace {

// A run of SyntheticRun's, with a start and settings of its own.
ReportRun RunOf(const std::string& preset, int64_t seed, float start, const Settings& config = {}) {
  ReportRun run;
  run.record = MakeRun({preset, seed, 0, 8, 5, 5});
  run.config = config;
  run.seed = std::to_string(seed);
  for (ScoreTable& table : run.record.scores) table.values[0] = start;
  return run;
}

PairedRuns PairsOf(const std::vector<ReportRun>& left, const std::vector<ReportRun>& right) {
  PairedRuns pairs;
  for (const ReportRun& run : left) pairs.left.runs.push_back(&run);
  for (const ReportRun& run : right) pairs.right.runs.push_back(&run);
  return pairs;
}

TEST(StartsTest, OneStartOrSeveral) {
  const std::vector<ReportRun> one = {RunOf("grpo", 1, 0.5f), RunOf("grpo", 2, 0.5f), RunOf("grpo", 3, 0.5f)};
  const std::vector<ReportRun> other = {RunOf("x", 1, 0.25f), RunOf("x", 2, 0.25f), RunOf("x", 3, 0.25f)};
  const std::vector<ReportRun> each = {RunOf("y", 1, 0.1f), RunOf("y", 2, 0.2f), RunOf("y", 3, 0.1f)};
  PairedStarts starts = StartsOf(PairsOf(one, one), "test");
  EXPECT_EQ(starts.from, " from this start");
  EXPECT_EQ(starts.of_S, (std::vector<size_t>{0, 1, 2})) << "seeds are what differs";
  EXPECT_EQ(StartsOf(PairsOf(one, other), "test").from, " from these starts");
  starts = StartsOf(PairsOf(each, each), "test");
  EXPECT_EQ(starts.from, "");
  EXPECT_EQ(starts.of_S, (std::vector<size_t>{0, 1, 0})) << "the first and the third share a start";
  EXPECT_EQ(StartsOf(PairsOf({one[0]}, {other[0]}), "test").from, " in these runs");
}

// Arms that are fine-tuned only were evaluated once, at step 0: there the settings tell.
TEST(StartsTest, SettingsTellWhereThereIsNoStepZero) {
  const auto once = [](int64_t seed, const char* own_seed) {
    ReportRun run = RunOf("sft", seed, 0, {{"sft.own_seed", own_seed}, {"sft.steps", "10"}, {"rl.steps", "0"}});
    for (ScoreTable& table : run.record.scores) table.steps = {0};
    return run;
  };
  const std::vector<ReportRun> shared = {once(1, "false"), once(2, "false")};
  const std::vector<ReportRun> own = {once(1, "true"), once(2, "true")};
  EXPECT_EQ(StartsOf(PairsOf(shared, shared), "test").from, " from this start");
  EXPECT_EQ(StartsOf(PairsOf(own, own), "test").from, "");
}

TEST(StartsTest, MeansByStart) {
  EXPECT_EQ(MeansByStart({{1, 2}, {3, 4}, {5, 6}}, {0, 1, 0}), (ScoreMatrix{{3, 4}, {3, 4}}));
  EXPECT_EQ(MeansByStart({{1, 2}, {3, 4}}, {0, 1}), (ScoreMatrix{{1, 2}, {3, 4}}));
}

}  // namespace
}  // namespace suite
