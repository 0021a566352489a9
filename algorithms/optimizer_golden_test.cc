// optimizer.json: AdamW trajectories and norms within 2e-6, learning rates within 1e-12 relative
// (tests/golden/README.md).
#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include "algorithms/adamw.h"
#include "algorithms/golden_cases.h"
#include "algorithms/schedule.h"
#include "base/testing/golden.h"

namespace suite {
namespace {

using nlohmann::json;

constexpr double kParameter = 2e-6, kRate = 1e-12;

std::vector<at::Tensor> TensorsOf(const json& flat, const json& shapes) {
  std::vector<at::Tensor> tensors;
  for (size_t i = 0; i < flat.size(); ++i) {
    tensors.push_back(TensorOf(flat[i], at::kFloat).reshape(shapes[i].get<std::vector<int64_t>>()));
  }
  return tensors;
}

void RunTrajectory(const json& c) {
  const AdamWConfig config{c["betas"][0], c["betas"][1], c["eps"], c["weight_decay"]};
  const std::vector<at::Tensor> parameters = TensorsOf(c["init"], c["shapes"]);
  AdamWState state = MakeAdamWState(parameters);
  for (size_t step = 0; step < c["grads"].size(); ++step) {
    const std::vector<at::Tensor> gradients = TensorsOf(c["grads"][step], c["shapes"]);
    if (!c["clip_norm"].is_null()) {
      const double norm = ClipGradientNorm(gradients, c["clip_norm"]);
      const double expected = c["norms_before_clipping"][step];
      EXPECT_NEAR(norm, expected, kParameter * (1.0 + expected)) << "norm at step " << step;
    }
    AdamWStep(parameters, gradients, c["lr"][step], config, &state);
    const std::vector<at::Tensor> expected = TensorsOf(c["after_each_step"][step], c["shapes"]);
    for (size_t i = 0; i < parameters.size(); ++i) {
      EXPECT_EQ(Differs(parameters[i], expected[i], kParameter, 1.0), "") << "parameter " << i << " step " << step;
    }
  }
}

LearningRateSchedule ScheduleOf(const json& c) {
  const std::string kind = c["kind"];
  LearningRateSchedule schedule;
  schedule.base_rate = c["base_lr"];
  schedule.total_steps = c["total_steps"];
  schedule.warmup_steps = c["warmup_steps"];
  if (kind == "cosine") schedule.kind = ScheduleKind::kCosine;
  if (kind == "linear") schedule.kind = ScheduleKind::kLinear;
  if (c.contains("thresholds") && !c["thresholds"].is_null()) {
    schedule.kind = ScheduleKind::kSteps;
    for (const json& threshold : c["thresholds"]) schedule.thresholds.emplace_back(threshold[0], threshold[1]);
  }
  EXPECT_TRUE(schedule.kind != ScheduleKind::kConstant || kind == "constant") << "no schedule of kind " << kind;
  return schedule;
}

TEST(OptimizerGoldenTest, EveryTrajectory) {
  const auto golden = ReadGolden("optimizer.json");
  if (!golden) GTEST_SKIP() << MissingGolden("optimizer.json");
  ASSERT_FALSE((*golden)["adamw"].empty());
  for (const json& c : (*golden)["adamw"]) {
    SCOPED_TRACE(c["name"].dump());
    RunTrajectory(c);
  }
}

TEST(OptimizerGoldenTest, EverySchedule) {
  const auto golden = ReadGolden("optimizer.json");
  if (!golden) GTEST_SKIP() << MissingGolden("optimizer.json");
  ASSERT_FALSE((*golden)["schedules"].empty());
  for (const json& c : (*golden)["schedules"]) {
    SCOPED_TRACE(c["kind"].dump());
    const LearningRateSchedule schedule = ScheduleOf(c);
    for (size_t step = 0; step < c["lr_used_at_step"].size(); ++step) {
      const double expected = c["lr_used_at_step"][step];
      EXPECT_NEAR(LearningRate(schedule, static_cast<int64_t>(step)), expected, kRate * expected) << "step " << step;
    }
  }
}

}  // namespace
}  // namespace suite
