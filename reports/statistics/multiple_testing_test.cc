#include "reports/statistics/multiple_testing.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

TEST(MultipleTestingTest, HolmByHand) {
  // Sorted .01, .03, .04 times 3, 2, 1: .03, .06, .04, and none may be below one before it.
  const std::vector<double> adjusted = Holm({0.01, 0.04, 0.03});
  EXPECT_DOUBLE_EQ(adjusted[0], 0.03);
  EXPECT_DOUBLE_EQ(adjusted[1], 0.06);
  EXPECT_DOUBLE_EQ(adjusted[2], 0.06);
}

TEST(MultipleTestingTest, LevelsGoWithTheAdjustedValues) {
  // .01 < .05 / 3; then .03 > .05 / 2, where the procedure stops.
  const std::vector<HolmStep> steps = HolmSteps({0.01, 0.04, 0.03}, 0.05);
  EXPECT_DOUBLE_EQ(steps[0].level, 0.05 / 3);
  EXPECT_DOUBLE_EQ(steps[1].level, 0.05 / 2);
  EXPECT_DOUBLE_EQ(steps[2].level, 0.05 / 2);
  for (double alpha : {0.01, 0.05, 0.2}) {
    for (const std::vector<double>& p :
         {std::vector<double>{0.01, 0.04, 0.03}, {0.001, 0.02, 0.02, 0.9}, {0.04, 0.041}}) {
      for (const HolmStep& step : HolmSteps(p, alpha))
        EXPECT_EQ(step.p < step.level, step.adjusted_p < alpha) << step.p;
    }
  }
}

TEST(MultipleTestingTest, OneTestStaysAndNothingPassesOne) {
  EXPECT_EQ(Holm({0.2}), std::vector<double>{0.2});
  EXPECT_EQ(Holm({0.9, 0.8}), (std::vector<double>{1, 1}));
  EXPECT_TRUE(Holm({}).empty());
}

}  // namespace
}  // namespace suite
