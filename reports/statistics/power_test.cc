#include "reports/statistics/power.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

TEST(PowerTest, NoEffectGivesTheLevel) {
  EXPECT_DOUBLE_EQ(PairedTPower(0, 5, 0.05), 0.05);
  EXPECT_NEAR(PairedTPower(1e-7, 5, 0.05), 0.05, 1e-9) << "both tails are counted";
  EXPECT_EQ(PairedTPower(-0.8, 5, 0.05), PairedTPower(0.8, 5, 0.05));
}

TEST(PowerTest, ThePlanIsTheFewestSeeds) {
  for (double d : {0.3, 0.8, 2.0}) {
    const int seeds = *SeedsNeeded(d, 0.05, 0.8);
    EXPECT_GE(PairedTPower(d, seeds, 0.05), 0.8);
    EXPECT_LT(PairedTPower(d, seeds - 1, 0.05), 0.8);
  }
  EXPECT_EQ(SeedsNeeded(1000, 0.05, 0.8), 2);
  EXPECT_FALSE(SeedsNeeded(0, 0.05, 0.8).has_value());
  EXPECT_FALSE(SeedsNeeded(1e-6, 0.05, 0.8).has_value());
}

TEST(PowerTest, DetectableEffectAndPowerAreInverse) {
  for (int seeds : {2, 3, 5, 20, 300}) {
    EXPECT_NEAR(PairedTPower(MinimumDetectableEffect(seeds, 0.05, 0.8), seeds, 0.05), 0.8, 1e-9) << seeds;
  }
}

// {-1, 0, 1}: mean 0, error 1 / sqrt(3). Against a margin of 2: t = 2 sqrt(3) on both sides, two degrees of freedom.
TEST(PowerTest, TostByHand) {
  const Equivalence result = Tost({-1, 0, 1}, 2);
  EXPECT_NEAR(result.p, 0.0370899501137, 1e-12);  // (1 - sqrt(12 / 14)) / 2
  EXPECT_NEAR(result.p_above_low, result.p_below_high, 1e-15);
  EXPECT_GT(Tost({1, 2, 3}, 2).p, 0.49) << "a mean at the margin is not within it";
}

}  // namespace
}  // namespace suite
