#include "reports/statistics/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace suite {
namespace {

TEST(StatisticsTest, MeanAndSampleStdByHand) {
  EXPECT_DOUBLE_EQ(Mean({1, 2, 3, 4}), 2.5);
  EXPECT_DOUBLE_EQ(SampleStd({1, 2, 3, 4}), std::sqrt(5.0 / 3.0));
  EXPECT_DOUBLE_EQ(SampleStd({7, 7}), 0);
}

// python3 -c "import numpy as np; from scipy import stats; v = np.array([.2504, .2611, .2387]);
//   print(stats.t.interval(.95, len(v) - 1, loc=v.mean(), scale=stats.sem(v)))"      (SciPy 1.16; and so on)
// The tolerance is the rounding of double arithmetic.
TEST(StatisticsTest, StudentIntervalEqualsScipy) {
  const auto seeds = StudentInterval({0.2504, 0.2611, 0.2387});
  EXPECT_NEAR(seeds->low, 0.22223508424566557, 1e-14);
  EXPECT_NEAR(seeds->high, 0.27789824908766786, 1e-14);
  const auto ninety = StudentInterval({0.2504, 0.2611, 0.2387}, 0.9);
  EXPECT_NEAR(ninety->low, 0.23117882596647576, 1e-14);
  EXPECT_NEAR(ninety->high, 0.26895450736685766, 1e-14);
  const auto four = StudentInterval({1, 2, 3, 4});
  EXPECT_NEAR(four->low, 0.4457397432394794, 1e-14);
  EXPECT_NEAR(four->high, 4.554260256760521, 1e-14);
}

TEST(StatisticsTest, OneSeedHasNoInterval) {
  EXPECT_FALSE(StudentInterval({0.25}).has_value());
  EXPECT_FALSE(StudentInterval({}).has_value());
}

// numpy.percentile([3, 1, 2, 10], q)
TEST(StatisticsTest, QuantileEqualsNumpy) {
  const std::vector<double> values = {3, 1, 2, 10};
  EXPECT_DOUBLE_EQ(Quantile(values, 0), 1);
  EXPECT_DOUBLE_EQ(Quantile(values, 0.025), 1.075);
  EXPECT_DOUBLE_EQ(Quantile(values, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(Quantile(values, 0.975), 9.475);
  EXPECT_DOUBLE_EQ(Quantile(values, 1), 10);
  EXPECT_DOUBLE_EQ(Quantile({4}, 0.3), 4);
}

TEST(StatisticsTest, VerdictNeedsAnIntervalClearOfZero) {
  EXPECT_EQ(Judge({0.01, {0.001, 0.02}}, true), Verdict::kBetter);
  EXPECT_EQ(Judge({0.01, {0.001, 0.02}}, false), Verdict::kWorse);
  EXPECT_EQ(Judge({-0.01, {-0.02, -0.001}}, true), Verdict::kWorse);
  EXPECT_EQ(Judge({-0.01, {-0.02, -0.001}}, false), Verdict::kBetter);
  EXPECT_EQ(Judge({0.01, {0, 0.02}}, true), Verdict::kInconclusive);
  EXPECT_EQ(Judge({0, {0, 0}}, true), Verdict::kInconclusive);
  EXPECT_STREQ(ToWord(Verdict::kInconclusive), "inconclusive");
}

TEST(StatisticsTest, NothingKnownIsInconclusive) {
  EXPECT_EQ(Judge({0.01, WholeLine()}, true), Verdict::kInconclusive);
}

TEST(StatisticsTest, MeanOverRowsIsElementByElement) {
  EXPECT_EQ(MeanOverRows({{1, 2}, {3, 6}}), (std::vector<double>{2, 4}));
}

TEST(StatisticsTest, DisjointIntervals) {
  EXPECT_TRUE(AreDisjoint({0, 1}, {1.5, 2}));
  EXPECT_TRUE(AreDisjoint({1.5, 2}, {0, 1}));
  EXPECT_FALSE(AreDisjoint({0, 1}, {1, 2}));
  EXPECT_FALSE(AreDisjoint({0, 3}, {1, 2}));
}

}  // namespace
}  // namespace suite
