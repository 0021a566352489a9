#include "algorithms/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

namespace suite {
namespace {

TEST(ScheduleTest, Constant) {
  EXPECT_EQ(LearningRate({ScheduleKind::kConstant, 1e-3}, 0), 1e-3);
  EXPECT_EQ(LearningRate({ScheduleKind::kConstant, 1e-3, 0, /*warmup_steps=*/4}, 1), 0.25e-3);
}

TEST(ScheduleTest, CosineWithWarmup) {
  const LearningRateSchedule schedule{ScheduleKind::kCosine, 2.0, /*total_steps=*/10, /*warmup_steps=*/2};
  EXPECT_EQ(LearningRate(schedule, 0), 0.0);
  EXPECT_EQ(LearningRate(schedule, 1), 1.0);
  EXPECT_EQ(LearningRate(schedule, 2), 2.0);
  EXPECT_NEAR(LearningRate(schedule, 4), 1.0 + std::sqrt(0.5), 1e-15);
  EXPECT_NEAR(LearningRate(schedule, 6), 1.0, 1e-15);
  EXPECT_NEAR(LearningRate(schedule, 10), 0.0, 1e-15);
  EXPECT_NEAR(LearningRate(schedule, 50), 0.0, 1e-15);
}

TEST(ScheduleTest, Linear) {
  const LearningRateSchedule schedule{ScheduleKind::kLinear, 1.0, 4, 0};
  EXPECT_EQ(LearningRate(schedule, 0), 1.0);
  EXPECT_EQ(LearningRate(schedule, 3), 0.25);
  EXPECT_EQ(LearningRate(schedule, 9), 0.0);
}

TEST(ScheduleTest, ThresholdsCountFromTheirStep) {
  const LearningRateSchedule schedule{ScheduleKind::kSteps, 1e-6, 0, 0, {{3, 5e-7}, {6, 1e-7}}};
  EXPECT_EQ(LearningRate(schedule, 2), 1e-6);
  EXPECT_EQ(LearningRate(schedule, 3), 5e-7);
  EXPECT_EQ(LearningRate(schedule, 6), 1e-7);
}

}  // namespace
}  // namespace suite
