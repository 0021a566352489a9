#include "reports/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace suite {
namespace {

Estimate BootstrapOf(const ScoreMatrix& scores_SC, int resamples, double confidence, const std::string& name) {
  RandomStream conversations(3, name + "/conversations");
  RandomStream seeds(3, name + "/seeds");
  const ConversationDraws draws(scores_SC[0].size(), resamples, &conversations);
  return BootstrapMean(scores_SC, draws, confidence, &seeds);
}

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
  const Estimate wide = BootstrapOf(scores_SC, 100000, 0.8, "enumerated");
  EXPECT_DOUBLE_EQ(wide.mean, 0.34375);
  EXPECT_DOUBLE_EQ(wide.interval.low, 0.09375);
  EXPECT_DOUBLE_EQ(wide.interval.high, 0.59375);
  const Estimate narrow = BootstrapOf(scores_SC, 100000, 0.4, "enumerated");
  EXPECT_DOUBLE_EQ(narrow.interval.low, 0.25);
  EXPECT_DOUBLE_EQ(narrow.interval.high, 0.4375);
}

// Equal scores in all conversations leave only the seeds: the means of two draws from {0, 1} are 0, 1/2, 1 with
// probability 1/4, 1/2, 1/4, so the 60 % interval is exactly [0, 1] and the 40 % interval exactly [1/2, 1/2].
TEST(StatisticsTest, BootstrapResamplesSeeds) {
  const ScoreMatrix scores_SC = {{0, 0, 0}, {1, 1, 1}};
  const Estimate wide = BootstrapOf(scores_SC, 20000, 0.6, "seeds");
  EXPECT_EQ(wide.interval.low, 0);
  EXPECT_EQ(wide.interval.high, 1);
  const Estimate narrow = BootstrapOf(scores_SC, 20000, 0.4, "seeds");
  EXPECT_EQ(narrow.interval.low, 0.5);
  EXPECT_EQ(narrow.interval.high, 0.5);
}

// Copies of one seed bring no new conversations: the interval must not shrink with their number.
TEST(StatisticsTest, CopiesOfASeedDoNotNarrowTheInterval) {
  std::vector<double> scores;
  for (int c = 0; c < 200; ++c) scores.push_back(c % 5 == 0);
  const Estimate one = BootstrapOf({scores}, 4000, 0.95, "one");
  const Estimate five = BootstrapOf(ScoreMatrix(5, scores), 4000, 0.95, "five");
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
  RandomStream conversations(3, "paired");
  RandomStream seeds(3, "paired/seeds");
  const ConversationDraws draws(3, 1000, &conversations);
  const Estimate difference = BootstrapDifference(left_SC, right_SC, draws, 0.95, &seeds);
  EXPECT_NEAR(difference.mean, 0.1, 1e-12);
  EXPECT_NEAR(difference.interval.low, 0.1, 1e-12);
  EXPECT_NEAR(difference.interval.high, 0.1, 1e-12);
}

TEST(StatisticsTest, SameStreamsSameInterval) {
  const ScoreMatrix scores_SC = {{0, 0.5, -0.25, 1}, {0.25, 0.5, 0, 0.75}};
  EXPECT_EQ(BootstrapOf(scores_SC, 500, 0.95, "same").interval.low,
            BootstrapOf(scores_SC, 500, 0.95, "same").interval.low);
}

TEST(StatisticsTest, DrawsAreMeansOfDrawnScores) {
  RandomStream stream(3, "draws");
  const ConversationDraws draws(7, 50, &stream);
  EXPECT_EQ(draws.resamples(), 50u);
  for (double mean : draws.Means(std::vector<double>(7, 0.5))) EXPECT_DOUBLE_EQ(mean, 0.5) << "7 of 7 are drawn";
  // A single score of 7: the mean is how often it was drawn, a whole number; on average once.
  double sum = 0;
  for (double mean : draws.Means({0, 0, 0, 0, 0, 0, 7})) {
    EXPECT_EQ(mean, std::round(mean));
    sum += mean;
  }
  EXPECT_GT(sum, 25);
  EXPECT_LT(sum, 75);
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
    RandomStream conversations(6, "resample", {trial});
    RandomStream seeds(7, "resample", {trial});
    const ConversationDraws draws(20, 300, &conversations);
    const Estimate difference = BootstrapDifference(left_SC, right_SC, draws, 0.95, &seeds);
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
