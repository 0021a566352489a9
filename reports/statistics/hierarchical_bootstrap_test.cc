#include "reports/statistics/hierarchical_bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <string>

#include "base/random.h"
#include "reports/statistics/clustered_error.h"
#include "reports/statistics/statistics.h"

namespace suite {
namespace {

std::vector<size_t> EachItsOwn(size_t conversations) {
  std::vector<size_t> contexts_C(conversations);
  std::iota(contexts_C.begin(), contexts_C.end(), size_t{0});
  return contexts_C;
}

Estimate BootstrapOf(const ScoreMatrix& scores_SC, int resamples, double confidence, const std::string& name) {
  return HierarchicalBootstrap(EachItsOwn(scores_SC[0].size()), resamples, 3, name).OfMean(scores_SC, confidence);
}

// All 2^2 * 4^4 = 1,024 equally likely resamples of this 2 x 4 matrix, enumerated with itertools.product and NumPy:
// their cumulated probability passes 10 % at .09375 (from .089 to .112) and 90 % at .59375 (from .883 to .914); 30 % at
// .25 (from .263 to .361) and 70 % at .4375 (from .633 to .742). With 100,000 draws the percentiles miss these steps by
// less than .011, ten standard errors, so they must be these numbers.
TEST(HierarchicalBootstrapTest, BootstrapIntervalEqualsTheEnumeratedOne) {
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
TEST(HierarchicalBootstrapTest, BootstrapResamplesSeeds) {
  const ScoreMatrix scores_SC = {{0, 0, 0}, {1, 1, 1}};
  const Estimate wide = BootstrapOf(scores_SC, 20000, 0.6, "seeds");
  EXPECT_EQ(wide.interval.low, 0);
  EXPECT_EQ(wide.interval.high, 1);
  const Estimate narrow = BootstrapOf(scores_SC, 20000, 0.4, "seeds");
  EXPECT_EQ(narrow.interval.low, 0.5);
  EXPECT_EQ(narrow.interval.high, 0.5);
}

// Copies of one seed bring no new conversations: the interval must not shrink with their number.
TEST(HierarchicalBootstrapTest, CopiesOfASeedDoNotNarrowTheInterval) {
  std::vector<double> scores;
  for (int c = 0; c < 200; ++c) scores.push_back(c % 5 == 0);
  const Estimate one = BootstrapOf({scores}, 4000, 0.95, "one");
  const Estimate five = BootstrapOf(ScoreMatrix(5, scores), 4000, 0.95, "five");
  const double width = one.interval.high - one.interval.low;
  // The normal interval is 2 * 1.96 * sqrt(.2 * .8 / 200) = .1109; 4,000 resamples leave a few percent of noise.
  EXPECT_NEAR(width, 0.1109, 0.008);
  EXPECT_NEAR(five.interval.high - five.interval.low, width, 0.008);
}

TEST(HierarchicalBootstrapTest, DifferenceIsPaired) {
  // Hard and easy conversations, and left better by exactly .1 on each: pairing removes all variance.
  const ScoreMatrix right_SC = {{0, 0.5, 0.9}, {0.1, 0.4, 0.8}};
  ScoreMatrix left_SC = right_SC;
  for (auto& row : left_SC) {
    for (double& score : row) score += 0.1;
  }
  const HierarchicalBootstrap bootstrap(EachItsOwn(3), 1000, 3, "paired");
  const Estimate difference = bootstrap.OfDifference(left_SC, right_SC, 0.95);
  EXPECT_NEAR(difference.mean, 0.1, 1e-12);
  EXPECT_NEAR(difference.interval.low, 0.1, 1e-12);
  EXPECT_NEAR(difference.interval.high, 0.1, 1e-12);
}

TEST(HierarchicalBootstrapTest, SameStreamsSameInterval) {
  const ScoreMatrix scores_SC = {{0, 0.5, -0.25, 1}, {0.25, 0.5, 0, 0.75}};
  EXPECT_EQ(BootstrapOf(scores_SC, 500, 0.95, "same").interval.low,
            BootstrapOf(scores_SC, 500, 0.95, "same").interval.low);
}

TEST(HierarchicalBootstrapTest, DrawsAreMeansOfDrawnScores) {
  const HierarchicalBootstrap bootstrap(EachItsOwn(7), 50, 3, "draws");
  EXPECT_EQ(bootstrap.contexts(), 7u);
  for (double mean : bootstrap.ResampledMeans({std::vector<double>(7, 0.5)}))
    EXPECT_DOUBLE_EQ(mean, 0.5) << "7 of 7 are drawn";
  // A single score of 7: the mean is how often it was drawn, a whole number; on average once.
  double sum = 0;
  for (double mean : bootstrap.ResampledMeans({{0, 0, 0, 0, 0, 0, 7}})) {
    EXPECT_EQ(mean, std::round(mean));
    sum += mean;
  }
  EXPECT_GT(sum, 25);
  EXPECT_LT(sum, 75);
}

// Two equal algorithms, three seeds, and a spread between seeds that outweighs that between conversations. How often is
// one called better or worse? At a level of 95 % it should be 1 in 20. The percentile bootstrap alone says so in over a
// fifth of the cases (theory: 1/4 and more); that is why a verdict asks for both intervals.
TEST(HierarchicalBootstrapTest, EqualAlgorithmsAreSeldomToldApart) {
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
    const HierarchicalBootstrap bootstrap(EachItsOwn(20), 300, 6, "resample/" + std::to_string(trial));
    const Estimate difference = bootstrap.OfDifference(left_SC, right_SC, 0.95);
    by_bootstrap += Judge(difference, true) != Verdict::kInconclusive;
    by_both += JudgeBoth(difference, StudentInterval(differences), true) != Verdict::kInconclusive;
  }
  EXPECT_GT(by_bootstrap, kTrials / 5);
  // 5 % of 600 is 30, with a standard error of 5.3; three of them are 16.
  EXPECT_LE(by_both, 46);
}

// Two contexts of sizes 1 and 3: {a, a}, {a, b} twice, {b, b} are equally likely, so the means of score sums over
// conversations drawn are 1, (1 + 0) / 4 twice and 0.
TEST(HierarchicalBootstrapTest, ContextsAreDrawnWithAllTheirConversations) {
  const HierarchicalBootstrap bootstrap({0, 1, 1, 1}, 4000, 3, "contexts");
  std::vector<int> seen(3, 0);
  for (double mean : bootstrap.ResampledMeans({{1, 0, 0, 0}})) {
    ASSERT_TRUE(mean == 1 || mean == 0.25 || mean == 0) << mean;
    ++seen[mean == 1 ? 0 : mean == 0.25 ? 1 : 2];
  }
  // Binomial standard errors: 27 and 32; four of them.
  EXPECT_NEAR(seen[0], 1000, 110);
  EXPECT_NEAR(seen[1], 2000, 127);
  EXPECT_NEAR(seen[2], 1000, 110);
}

// Scores of one context equal each other: an interval over conversations would be a third as wide as the truth.
TEST(HierarchicalBootstrapTest, SharedContextsWidenTheInterval) {
  std::vector<double> scores_C;
  std::vector<size_t> contexts_C;
  for (size_t c = 0; c < 1800; ++c) {
    contexts_C.push_back(c / 9);
    scores_C.push_back(c / 9 % 4 == 0);
  }
  const Estimate by_context = HierarchicalBootstrap(contexts_C, 4000, 3, "shared").OfMean({scores_C}, 0.95);
  const Estimate by_conversation = BootstrapOf({scores_C}, 4000, 0.95, "shared");
  const double ratio = (by_context.interval.high - by_context.interval.low) /
                       (by_conversation.interval.high - by_conversation.interval.low);
  EXPECT_NEAR(ratio, 3, 0.15);
}

// Just below and just above the number from which the limit is used, the interval is that of the clustered error.
TEST(HierarchicalBootstrapTest, CountedAndLimitAgreeWithTheClusteredError) {
  for (size_t contexts : {kManyContexts - 1, kManyContexts}) {
    RandomStream stream(3, "limit");
    std::vector<double> scores_C;
    std::vector<size_t> contexts_C;
    for (size_t k = 0; k < contexts; ++k) {
      const double level = 0.2 * stream.Normal();
      for (size_t i = 0; i < 1 + k % 4; ++i) {
        contexts_C.push_back(k);
        scores_C.push_back(level + 0.1 * stream.Normal());
      }
    }
    const double width = 2 * 1.959964 * ClusteredErrorOfMean(scores_C, contexts_C).standard_error;
    const HierarchicalBootstrap bootstrap(contexts_C, 20000, 3, "limit");
    const Estimate estimate = bootstrap.OfMean({scores_C}, 0.95);
    // The ends of 20,000 resamples have a standard error of .019 standard errors each: .7 % of the width together.
    EXPECT_NEAR((estimate.interval.high - estimate.interval.low) / width, 1, 0.025) << contexts;
  }
}

// Seeds are resampled at the limit too: constant scores leave only the seeds.
TEST(HierarchicalBootstrapTest, LimitResamplesSeeds) {
  const size_t many = kManyContexts + 5;
  const ScoreMatrix scores_SC = {std::vector<double>(many, 0), std::vector<double>(many, 1)};
  const Estimate wide = BootstrapOf(scores_SC, 20000, 0.6, "limit seeds");
  EXPECT_EQ(wide.interval.low, 0);
  EXPECT_EQ(wide.interval.high, 1);
}

// Two seeds with equal scores and two with opposite ones: only the covariance tells them apart.
TEST(HierarchicalBootstrapTest, LimitKnowsHowSeedsMoveTogether) {
  const size_t many = 2 * kManyContexts;
  std::vector<double> up(many);
  for (size_t c = 0; c < many; ++c) up[c] = c % 2 ? 1 : -1;
  std::vector<double> down = up;
  for (double& score : down) score = -score;
  const Estimate equal = BootstrapOf({up, up}, 20000, 0.95, "together");
  const Estimate opposite = BootstrapOf({up, down}, 20000, 0.95, "together");
  const double width = 2 * 1.959964 / std::sqrt(static_cast<double>(many));
  EXPECT_NEAR((equal.interval.high - equal.interval.low) / width, 1, 0.03);
  // Half of the resamples draw one seed of each kind, whose mean is always 0: the 95 % interval of the whole is the
  // 90 % interval of the other half.
  EXPECT_NEAR((opposite.interval.high - opposite.interval.low) / width, 1.644854 / 1.959964, 0.03);
}

}  // namespace
}  // namespace suite
