#include "reports/statistics.h"

#include <gtest/gtest.h>

#include <cmath>

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

// All 2^2 * 4^4 = 1,024 equally likely resamples of this 2 x 4 matrix, enumerated with itertools.product and NumPy:
// their cumulated probability passes 10 % at .09375 (from .089 to .112) and 90 % at .59375 (from .883 to .914); 30 % at
// .25 (from .263 to .361) and 70 % at .4375 (from .633 to .742). With 100,000 draws the percentiles miss these steps by
// less than .011, ten standard errors, so they must be these numbers.
TEST(StatisticsTest, BootstrapIntervalEqualsTheEnumeratedOne) {
  const ScoreMatrix scores_SC = {{0, 0.5, -0.25, 1}, {0.25, 0.5, 0, 0.75}};
  RandomStream stream(3, "enumerated");
  const Estimate wide = BootstrapMean(scores_SC, 100000, 0.8, &stream);
  EXPECT_DOUBLE_EQ(wide.mean, 0.34375);
  EXPECT_DOUBLE_EQ(wide.interval.low, 0.09375);
  EXPECT_DOUBLE_EQ(wide.interval.high, 0.59375);
  const Estimate narrow = BootstrapMean(scores_SC, 100000, 0.4, &stream);
  EXPECT_DOUBLE_EQ(narrow.interval.low, 0.25);
  EXPECT_DOUBLE_EQ(narrow.interval.high, 0.4375);
}

// Equal scores in all conversations leave only the seeds: the means of two draws from {0, 1} are 0, 1/2, 1 with
// probability 1/4, 1/2, 1/4, so the 60 % interval is exactly [0, 1] and the 40 % interval exactly [1/2, 1/2].
TEST(StatisticsTest, BootstrapResamplesSeeds) {
  const ScoreMatrix scores_SC = {{0, 0, 0}, {1, 1, 1}};
  RandomStream stream(3, "seeds");
  const Estimate wide = BootstrapMean(scores_SC, 20000, 0.6, &stream);
  EXPECT_EQ(wide.interval.low, 0);
  EXPECT_EQ(wide.interval.high, 1);
  const Estimate narrow = BootstrapMean(scores_SC, 20000, 0.4, &stream);
  EXPECT_EQ(narrow.interval.low, 0.5);
  EXPECT_EQ(narrow.interval.high, 0.5);
}

// Copies of one seed bring no new conversations: the interval must not shrink with their number.
TEST(StatisticsTest, CopiesOfASeedDoNotNarrowTheInterval) {
  std::vector<double> scores;
  for (int c = 0; c < 200; ++c) scores.push_back(c % 5 == 0);
  RandomStream one_stream(1, "one");
  RandomStream five_stream(1, "five");
  const Estimate one = BootstrapMean({scores}, 4000, 0.95, &one_stream);
  const Estimate five = BootstrapMean(ScoreMatrix(5, scores), 4000, 0.95, &five_stream);
  const double width = one.interval.high - one.interval.low;
  // The normal interval is 2 * 1.96 * sqrt(.2 * .8 / 200) = .1109; 4,000 resamples leave a few percent of noise.
  EXPECT_NEAR(width, 0.1109, 0.008);
  EXPECT_NEAR(five.interval.high - five.interval.low, width, 0.008);
}

TEST(StatisticsTest, DifferenceIsPaired) {
  // Hard and easy conversations, and left better by exactly .1 on each: pairing removes all variance.
  const ScoreMatrix right_SC = {{0, 0.5, 0.9}, {0.1, 0.4, 0.8}};
  ScoreMatrix left_SC = right_SC;
  for (auto& row : left_SC) {
    for (double& score : row) score += 0.1;
  }
  RandomStream stream(3, "paired");
  const Estimate difference = BootstrapDifference(left_SC, right_SC, 1000, 0.95, &stream);
  EXPECT_NEAR(difference.mean, 0.1, 1e-12);
  EXPECT_NEAR(difference.interval.low, 0.1, 1e-12);
  EXPECT_NEAR(difference.interval.high, 0.1, 1e-12);
}

TEST(StatisticsTest, SameStreamSameInterval) {
  const ScoreMatrix scores_SC = {{0, 0.5, -0.25, 1}, {0.25, 0.5, 0, 0.75}};
  RandomStream a(3, "same");
  RandomStream b(3, "same");
  EXPECT_EQ(BootstrapMean(scores_SC, 500, 0.95, &a).interval.low, BootstrapMean(scores_SC, 500, 0.95, &b).interval.low);
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

TEST(StatisticsTest, BothIntervalsMustExcludeZero) {
  const Estimate clear = {0.01, {0.001, 0.02}};
  EXPECT_EQ(JudgeBoth(clear, std::nullopt, true), Verdict::kBetter) << "one seed";
  EXPECT_EQ(JudgeBoth(clear, Interval{0.004, 0.016}, true), Verdict::kBetter);
  EXPECT_EQ(JudgeBoth(clear, Interval{-0.004, 0.024}, true), Verdict::kInconclusive);
  EXPECT_EQ(JudgeBoth({0.01, {-0.001, 0.02}}, Interval{0.004, 0.016}, true), Verdict::kInconclusive);
  EXPECT_EQ(JudgeBoth({-0.01, {-0.02, -0.001}}, Interval{-0.016, -0.004}, true), Verdict::kWorse);
}

// Two equal algorithms, three seeds, and a spread between seeds that outweighs that between conversations. How often is
// one called better or worse? At a level of 95 % it should be 1 in 20. The percentile bootstrap alone says so in over a
// fifth of the cases (theory: 1/4 and more); that is why a verdict asks for both intervals.
TEST(StatisticsTest, EqualAlgorithmsAreSeldomToldApart) {
  constexpr int kTrials = 600;
  int by_bootstrap = 0;
  int by_both = 0;
  for (uint64_t trial = 0; trial < kTrials; ++trial) {
    RandomStream noise(5, "equal", {trial});
    ScoreMatrix left_SC(3, std::vector<double>(20));
    ScoreMatrix right_SC = left_SC;
    std::vector<double> differences;
    for (size_t s = 0; s < 3; ++s) {
      const double seed_effect = noise.Normal();
      for (double& score : left_SC[s]) score = seed_effect + 0.5 * noise.Normal();
      differences.push_back(Mean(left_SC[s]) - Mean(right_SC[s]));
    }
    RandomStream stream(6, "resample", {trial});
    const Estimate difference = BootstrapDifference(left_SC, right_SC, 300, 0.95, &stream);
    by_bootstrap += Judge(difference, true) != Verdict::kInconclusive;
    by_both += JudgeBoth(difference, StudentInterval(differences), true) != Verdict::kInconclusive;
  }
  EXPECT_GT(by_bootstrap, kTrials / 5);
  // 5 % of 600 is 30, with a standard error of 5.3; three of them are 16.
  EXPECT_LE(by_both, 46);
}

TEST(StatisticsTest, DisjointIntervals) {
  EXPECT_TRUE(AreDisjoint({0, 1}, {1.5, 2}));
  EXPECT_TRUE(AreDisjoint({1.5, 2}, {0, 1}));
  EXPECT_FALSE(AreDisjoint({0, 1}, {1, 2}));
  EXPECT_FALSE(AreDisjoint({0, 3}, {1, 2}));
}

}  // namespace
}  // namespace suite
