#include "reports/statistics/crossed_error.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "reports/statistics/statistics.h"

namespace suite {
namespace {

std::vector<size_t> EachItsOwn(size_t conversations) {
  std::vector<size_t> contexts_C(conversations);
  std::iota(contexts_C.begin(), contexts_C.end(), size_t{0});
  return contexts_C;
}

// Two seeds, two conversations: seed means .5 and 1, conversation means 1 and .5. With the grand mean .75 the rest is
// -.25, .25, .25, -.25. Seed part: (.25^2 + .25^2) / 1 / 2. Contexts, corrected for two: 2 * (.25^2 + .25^2) / 4 less
// the rest's 2 * (2 * (.25^2 + .25^2) / 4) / (2 * 1).
TEST(CrossedErrorTest, HandCheckedParts) {
  const CrossedError error = CrossedErrorOf({{1, 0}, {1, 1}}, EachItsOwn(2));
  EXPECT_DOUBLE_EQ(error.mean, 0.75);
  EXPECT_EQ(error.seeds, 2u);
  EXPECT_EQ(error.contexts, 2u);
  EXPECT_DOUBLE_EQ(error.seed_variance, 0.0625);
  EXPECT_DOUBLE_EQ(error.context_variance, 0);
}

// Without a rest the parts are those of the two margins: seeds differ by .2, conversations by 1.
TEST(CrossedErrorTest, AddingUpLeavesNoRest) {
  const CrossedError error = CrossedErrorOf({{0, 1, 2}, {0.2, 1.2, 2.2}}, EachItsOwn(3));
  EXPECT_NEAR(error.seed_variance, 0.01, 1e-15) << "sample variance .02 over two seeds";
  EXPECT_NEAR(error.context_variance, 1.0 / 3, 1e-15) << "sample variance 1 over three conversations";
  const Interval interval = *CrossedInterval(error, 0.95);
  // Student's quantiles with 1 and 2 degrees of freedom: 12.7062 and 4.30265.
  EXPECT_NEAR(interval.high - error.mean, std::hypot(12.706204736 * 0.1, 4.302652730 / std::sqrt(3.0)), 1e-8);
  EXPECT_NEAR(interval.low + interval.high, 2 * error.mean, 1e-12);
}

TEST(CrossedErrorTest, IntervalAndTestAreOneProcedure) {
  const CrossedError error = CrossedErrorOf({{0, 1, 2}, {0.2, 1.2, 2.2}, {0.1, 1.2, 2}}, EachItsOwn(3));
  for (double value : {-3.0, 0.0, 0.9, 1.5, 20.0, 4000.0}) {
    const double p = *CrossedP(error, value);
    ASSERT_GT(p, 0) << value;
    const Interval interval = *CrossedInterval(error, 1 - p);
    const double end = value < error.mean ? interval.low : interval.high;
    if (p < 1e-9) continue;  // 1 - p has no digits left
    EXPECT_NEAR(end, value, 1e-6 * std::abs(value) + 1e-9) << value << ", p " << p;
  }
  EXPECT_EQ(*CrossedP(error, error.mean), 1);
}

TEST(CrossedErrorTest, ValuesOfRunsGiveStudentsTest) {
  const std::vector<double> values = {0.013, 0.004, 0.021, 0.009};
  const CrossedError error = CrossedErrorOf(values);
  // SciPy 1.17: scipy.stats.ttest_1samp(values, 0).pvalue
  EXPECT_NEAR(*CrossedP(error, 0), 0.04670656007530367, 1e-12);
  const Interval student = *StudentInterval(values, 0.99);
  EXPECT_NEAR(CrossedInterval(error, 0.99)->low, student.low, 1e-15);
  EXPECT_NEAR(CrossedInterval(error, 0.99)->high, student.high, 1e-15);
}

TEST(CrossedErrorTest, OneSeedIsAboutItsConversations) {
  const CrossedError error = CrossedErrorOf({{0, 1, 0, 1, 0.5}}, EachItsOwn(5));
  EXPECT_EQ(error.seed_variance, 0);
  EXPECT_NEAR(error.context_variance, 0.25 / 5, 1e-15) << "sample variance .25";
  EXPECT_TRUE(CrossedP(error, 0).has_value());
  EXPECT_FALSE(CrossedP(CrossedErrorOf({0.5}), 0).has_value()) << "one number";
  EXPECT_FALSE(CrossedInterval(CrossedErrorOf({{0.5, 0.25}}, {0, 0}), 0.95).has_value()) << "one context";
}

// Copies of a seed bring no new conversations, and copies of a conversation within its context none either.
TEST(CrossedErrorTest, CopiesDoNotNarrowTheInterval) {
  const std::vector<double> scores = {0, 1, 0, 1, 1, 0, 0.5};
  const CrossedError one = CrossedErrorOf({scores}, EachItsOwn(7));
  const CrossedError five = CrossedErrorOf(ScoreMatrix(5, scores), EachItsOwn(7));
  EXPECT_NEAR(five.context_variance, one.context_variance, 1e-15);
  EXPECT_EQ(five.seed_variance, 0);
  std::vector<double> twice = scores;
  twice.insert(twice.end(), scores.begin(), scores.end());
  std::vector<size_t> contexts = EachItsOwn(7);
  for (size_t c = 0; c < 7; ++c) contexts.push_back(c);
  EXPECT_NEAR(CrossedErrorOf({twice}, contexts).context_variance, one.context_variance, 1e-15);
}

TEST(CrossedErrorTest, DifferencesThatAreAllEqual) {
  const CrossedError error = CrossedErrorOf({0.5, 0.5, 0.5});
  EXPECT_EQ(*CrossedP(error, 0), 0);
  EXPECT_EQ(*CrossedP(error, 0.5), 1);
}

}  // namespace
}  // namespace suite
