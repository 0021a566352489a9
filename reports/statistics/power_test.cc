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
    const int seeds = *SeedsNeeded({d, 1}, 0.05, 0.8);
    EXPECT_GE(PairedTPower(d, seeds, 0.05), 0.8);
    EXPECT_LT(PairedTPower(d, seeds - 1, 0.05), 0.8);
  }
  EXPECT_EQ(SeedsNeeded({1000, 1}, 0.05, 0.8), 2);
  EXPECT_FALSE(SeedsNeeded({0, 1}, 0.05, 0.8).has_value());
  EXPECT_FALSE(SeedsNeeded({1e-6, 1}, 0.05, 0.8).has_value());
}

TEST(PowerTest, DetectableEffectAndPowerAreInverse) {
  for (int seeds : {2, 3, 5, 20, 300}) {
    EXPECT_NEAR(PairedTPower(MinimumDetectableEffect(seeds, 0.05, 0.8), seeds, 0.05), 0.8, 1e-9) << seeds;
  }
}

TEST(PowerTest, CohenDzByHand) { EXPECT_DOUBLE_EQ(CohenDz({1, 2, 3}), 2); }

TEST(PowerTest, ConversationsSetALimit) {
  // Without a spread over seeds it is the normal test: P(Z > 1.96 - 3) + P(Z < -1.96 - 3).
  EXPECT_NEAR(PowerOf({3, 0, 1}, 5, 0.05), 0.8508, 1e-3);
  EXPECT_LT(PowerOf({3, 1, 1}, 5, 0.05), PowerOf({3, 1, 0.5}, 5, 0.05));
  const int without = *SeedsNeeded({0.8, 1}, 0.05, 0.8);
  const int with = *SeedsNeeded({0.8, 1, 0.2}, 0.05, 0.8);
  EXPECT_GT(with, without);
  // .8 / .286 is what a normal test sees with power .8: from there on no number of seeds suffices.
  EXPECT_FALSE(SeedsNeeded({0.8, 1, 0.3}, 0.05, 0.8).has_value());
  EXPECT_NEAR(PowerOf({MinimumDetectableEffect(5, 0.05, 0.8, 0.5), 1, 0.5}, 5, 0.05), 0.8, 1e-9);
}

}  // namespace
}  // namespace suite
