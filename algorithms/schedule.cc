#include "algorithms/schedule.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace suite {
namespace {

constexpr double kPi = 3.14159265358979323846;

// 0 at the end of the warm-up, 1 at total_steps.
double Progress(const LearningRateSchedule& schedule, int64_t step) {
  const int64_t decay_steps = std::max<int64_t>(1, schedule.total_steps - schedule.warmup_steps);
  return std::min(1.0, static_cast<double>(step - schedule.warmup_steps) / static_cast<double>(decay_steps));
}

double RateOfThresholds(const LearningRateSchedule& schedule, int64_t step) {
  double rate = schedule.base_rate;
  for (const auto& [first_step, new_rate] : schedule.thresholds) {
    if (step >= first_step) rate = new_rate;
  }
  return rate;
}

}  // namespace

double LearningRate(const LearningRateSchedule& schedule, int64_t step) {
  SUITE_CHECK_GE(step, 0);
  if (step < schedule.warmup_steps) {
    return schedule.base_rate * (static_cast<double>(step) / static_cast<double>(schedule.warmup_steps));
  }
  switch (schedule.kind) {
    case ScheduleKind::kConstant:
      return schedule.base_rate;
    case ScheduleKind::kCosine:
      return schedule.base_rate * 0.5 * (1.0 + std::cos(kPi * Progress(schedule, step)));
    case ScheduleKind::kLinear:
      return schedule.base_rate * (1.0 - Progress(schedule, step));
    case ScheduleKind::kSteps:
      return RateOfThresholds(schedule, step);
  }
  SUITE_CHECK(!"a ScheduleKind without a rate");
}

}  // namespace suite
