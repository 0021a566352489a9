#include "reports/statistics/power.h"

#include <gtest/gtest.h>

#include <cmath>

namespace suite {
namespace {

TEST(EffectSizeTest, CohenDzByHand) { EXPECT_DOUBLE_EQ(CohenDz({1, 2, 3}), 2); }

// Two against two: pooled variance (2 + 2) / 2 = 2, difference 2, m = 2: J = Gamma(1) / (1 * Gamma(1/2)) = 1/sqrt(pi).
TEST(EffectSizeTest, HedgesGByHand) {
  EXPECT_NEAR(HedgesG({3, 5}, {1, 3}), 2 / std::sqrt(2.0) / std::sqrt(std::acos(-1.0)), 1e-14);
  EXPECT_NEAR(HedgesG({1, 3}, {3, 5}), -HedgesG({3, 5}, {1, 3}), 1e-14);
}

// Large samples need no correction: 1 - 3 / (4 m - 1) is Hedges' approximation to J.
TEST(EffectSizeTest, HedgesCorrectionNearsOne) {
  std::vector<double> left;
  std::vector<double> right;
  for (int i = 0; i < 1000; ++i) {
    left.push_back(i % 2 + 1);
    right.push_back(i % 2);
  }
  const double d = 1 / std::sqrt(0.25 * 1000 / 999);
  EXPECT_NEAR(HedgesG(left, right) / d, 1 - 3 / (4.0 * 1998 - 1), 1e-7);
}

TEST(EffectSizeTest, CliffsDeltaByHand) {
  EXPECT_EQ(CliffsDelta({2, 3}, {0, 1}), 1);
  EXPECT_EQ(CliffsDelta({0, 1}, {2, 3}), -1);
  EXPECT_EQ(CliffsDelta({1, 2}, {1, 2}), 0);
  EXPECT_EQ(CliffsDelta({1, 3}, {1, 2}), 0.25) << "one tie, one below, two above of four";
}

}  // namespace
}  // namespace suite
