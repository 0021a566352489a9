// Learning rates by optimizer step, counted from 0.
//
//   LearningRateSchedule schedule{ScheduleKind::kCosine, 5e-5, /*total_steps=*/1500, /*warmup_steps=*/75};
//   double learning_rate = LearningRate(schedule, step);
//
// All kinds rise linearly from 0 over `warmup_steps` (step 0 has rate 0 if there is a warm-up), then
//   kConstant  stay at base_rate
//   kCosine    fall to 0 at total_steps along half a cosine     (transformers get_cosine_schedule_with_warmup)
//   kLinear    fall to 0 at total_steps along a line            (transformers get_linear_schedule_with_warmup)
//   kSteps     take each threshold's rate from its step on      (the authors' StepLRSchedulerCallback)
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace suite {

enum class ScheduleKind { kConstant, kCosine, kLinear, kSteps };

struct LearningRateSchedule {
  ScheduleKind kind = ScheduleKind::kConstant;
  double base_rate = 1e-6;
  int64_t total_steps = 0;  // kCosine and kLinear
  int64_t warmup_steps = 0;
  std::vector<std::pair<int64_t, double>> thresholds;  // kSteps: (first step, rate), steps rising
};

double LearningRate(const LearningRateSchedule& schedule, int64_t step);

}  // namespace suite
