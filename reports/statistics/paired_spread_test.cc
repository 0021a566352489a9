#include "reports/statistics/paired_spread.h"

#include <gtest/gtest.h>

#include <cmath>

#include "reports/statistics/power.h"

namespace suite {
namespace {

// Differences -4 0 0 4 and sums -2 -2 2 2: r = 16 / sqrt(32 * 16), t = sqrt(2) with two degrees of freedom, for which
// p = 1 - t / sqrt(t^2 + 2).
TEST(PairedSpreadTest, HandChecked) {
  const std::vector<double> wide = {-3, -1, 1, 3};
  const std::vector<double> narrow = {1, -1, 1, -1};
  EXPECT_NEAR(SpreadCorrelation(wide, narrow), std::sqrt(0.5), 1e-15);
  EXPECT_NEAR(PitmanMorgan(wide, narrow).statistic, std::sqrt(2), 1e-12);
  EXPECT_NEAR(PitmanMorgan(wide, narrow).p, 1 - std::sqrt(0.5), 1e-12);
}

// SciPy 1.17.0: x = numpy.array([.3, .1, .7, .4, .2]); y = numpy.array([.31, .3, .36, .35, .3]);
// scipy.stats.pearsonr(x - y, x + y)
TEST(PairedSpreadTest, EqualToScipy) {
  const std::vector<double> x = {0.3, 0.1, 0.7, 0.4, 0.2};
  const std::vector<double> y = {0.31, 0.3, 0.36, 0.35, 0.3};
  EXPECT_NEAR(SpreadCorrelation(x, y), 0.9946152332824146, 1e-14);
  EXPECT_NEAR(PitmanMorgan(x, y).p, 0.00047395062510405207, 1e-15);
}

TEST(PairedSpreadTest, SidesCanBeTurnedAndMoved) {
  const std::vector<double> x = {0.3, 0.1, 0.7, 0.4, 0.2};
  const std::vector<double> y = {0.31, 0.3, 0.36, 0.35, 0.3};
  EXPECT_GT(PitmanMorgan(x, y).statistic, 0) << "the left side varies more";
  EXPECT_NEAR(PitmanMorgan(y, x).statistic, -PitmanMorgan(x, y).statistic, 1e-12);
  std::vector<double> moved = x;
  for (double& value : moved) value += 5;
  EXPECT_NEAR(PitmanMorgan(moved, y).p, PitmanMorgan(x, y).p, 1e-9);
}

TEST(PairedSpreadTest, WithoutSpread) {
  EXPECT_EQ(PitmanMorgan({1, 1, 1}, {2, 2, 2}).p, 1);
  EXPECT_EQ(PitmanMorgan({1, 2, 4}, {1, 2, 4}).p, 1) << "equal";
  EXPECT_EQ(PitmanMorgan({1, 2, 4}, {3, 3, 3}).p, 0) << "one side does not vary at all";
}

TEST(PairedSpreadTest, Plan) {
  // (1.959964 + .841621) / atanh(.5) = 5.1002, squared 26.01, and three more.
  EXPECT_EQ(*SeedsNeededForSpread(0.5, 0.05, 0.8), 30);
  EXPECT_EQ(*SeedsNeededForSpread(-0.5, 0.05, 0.8), 30);
  EXPECT_FALSE(SeedsNeededForSpread(0, 0.05, 0.8).has_value());
  EXPECT_FALSE(SeedsNeededForSpread(1e-4, 0.05, 0.8).has_value());
}

}  // namespace
}  // namespace suite
