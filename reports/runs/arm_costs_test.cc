#include "reports/runs/arm_costs.h"

#include <gtest/gtest.h>

#include <map>

#include "reports/runs/synthetic_runs.h"
#include "reports/spec/report_spec.h"

namespace suite {
namespace {

RunRecord WithSeries(int64_t seed, const std::map<std::string, std::vector<double>>& series) {
  RunRecord run = MakeRun({"grpo", seed, 0, 2, 4, 4});
  run.series.clear();
  for (const auto& [name, values] : series) run.series.push_back({name, 1, values});
  run.summary = {{"wall_s", seed == 1 ? "10" : "20"}};
  return run;
}

std::map<std::string, double> CostsByStem(std::vector<RunRecord> runs) {
  ReportSpec spec;
  spec.arms = {{"grpo", "GRPO"}};
  const RunSet set = MakeRunSet(spec, {std::move(runs), {}});
  std::map<std::string, double> costs;
  for (const Cost& cost : CostsOf(set.arms[0])) costs[cost.stem] = cost.value;
  return costs;
}

using Costs = std::map<std::string, double>;

TEST(CostAxesTest, MeansOverRunsByHand) {
  const RunRecord one =
      WithSeries(1, {{"tokens", {10, 20}}, {"rollout_tokens", {5, 6}}, {"processor_s", {1800, 1800}}});
  const RunRecord two =
      WithSeries(2, {{"tokens", {30, 40}}, {"rollout_tokens", {7, 8}}, {"processor_s", {3600, 3600}}});
  EXPECT_EQ(CostsByStem({one, two}),
            (Costs{{"wall_s", 15}, {"tokens", 50}, {"rollout_tokens", 13}, {"processor_h", 1.5}}));
}

TEST(CostAxesTest, WhatOneRunDoesNotTellIsLeftOut) {
  RunRecord two = WithSeries(2, {{"tokens", {30, 40}}});
  two.summary.clear();
  EXPECT_EQ(CostsByStem({WithSeries(1, {{"tokens", {10, 20}}, {"rollout_tokens", {5, 6}}}), two}),
            (Costs{{"tokens", 50}}));
}

TEST(CostAxesTest, ProcessesAndDevicesCount) {
  RunRecord run = WithSeries(1, {{"processor_s", {1800, 1800}}, {"step_s", {900, 900}}});
  run.provenance.emplace_back("world_size", "4");
  EXPECT_EQ(CostsByStem({run}), (Costs{{"wall_s", 10}, {"processor_h", 4}})) << "without a GPU there are no GPU hours";
  run.provenance.emplace_back("device", "cuda:0");
  EXPECT_EQ(CostsByStem({run}), (Costs{{"wall_s", 10}, {"processor_h", 4}, {"gpu_h", 2}}));
}

}  // namespace
}  // namespace suite
