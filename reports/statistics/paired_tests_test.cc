#include "reports/statistics/paired_tests.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace suite {
namespace {

TestResult Flip(const std::vector<double>& differences, Alternative alternative) {
  RandomStream stream(3, "flip");
  return SignFlip(differences, alternative, 20000, &stream);
}

// {1, 2, 3}: mean 2, spread 1, t = 2 sqrt(3) with 2 degrees of freedom, whose distribution function is closed:
// F(t) = 1/2 + t / (2 sqrt(2 + t^2)) = 1/2 + sqrt(12 / 14) / 2.
TEST(PairedTestsTest, TByHand) {
  const TestResult result = PairedT({1, 2, 3});
  EXPECT_DOUBLE_EQ(result.statistic, 2 * std::sqrt(3.0));
  EXPECT_NEAR(result.p, 1 - std::sqrt(12.0 / 14), 1e-14);
  EXPECT_NEAR(PairedT({1, 2, 3}, Alternative::kGreater).p, (1 - std::sqrt(12.0 / 14)) / 2, 1e-14);
  EXPECT_NEAR(PairedT({1, 2, 3}, Alternative::kLess).p, (1 + std::sqrt(12.0 / 14)) / 2, 1e-14);
}

TEST(PairedTestsTest, TWithoutSpread) {
  EXPECT_EQ(PairedT({2, 2}).p, 0);
  EXPECT_EQ(PairedT({2, 2}, Alternative::kLess).p, 1);
  EXPECT_EQ(PairedT({-2, -2}, Alternative::kLess).p, 0);
  EXPECT_EQ(PairedT({0, 0, 0}).p, 1);
}

// Ranks 1, 2, 3 all positive: one of 8 sign patterns reaches rank sum 6.
TEST(PairedTestsTest, WilcoxonByHand) {
  EXPECT_EQ(WilcoxonSignedRank({1, 2, 3}, Alternative::kGreater).p, 1.0 / 8);
  const TestResult both = WilcoxonSignedRank({1, 2, 3});
  EXPECT_EQ(both.p, 2.0 / 8);
  EXPECT_EQ(both.statistic, 0);
  EXPECT_TRUE(both.exact);
  // -1 takes rank 1: rank sums 5 and 6 are the two patterns at least as far out.
  EXPECT_EQ(WilcoxonSignedRank({-1, 2, 3}, Alternative::kGreater).p, 2.0 / 8);
}

// Pratt: the zero takes rank 1 and drops out, leaving ranks 2 and 3, not 1 and 2.
TEST(PairedTestsTest, WilcoxonKeepsTheRanksThatZerosTook) {
  const TestResult result = WilcoxonSignedRank({0, 1, -2}, Alternative::kGreater);
  EXPECT_EQ(result.statistic, 2);
  EXPECT_EQ(result.p, 3.0 / 4) << "of the sums 0, 2, 3, 5 three are at least 2";
  EXPECT_EQ(WilcoxonSignedRank({0, 0}).p, 1);
}

TEST(PairedTestsTest, SignFlipByHand) {
  const TestResult greater = Flip({1, 2, 3}, Alternative::kGreater);
  EXPECT_EQ(greater.statistic, 2);
  EXPECT_EQ(greater.p, 1.0 / 8);
  EXPECT_TRUE(greater.exact);
  EXPECT_EQ(Flip({1, 2, 3}, Alternative::kTwoSided).p, 2.0 / 8);
  // Sums of +-1 +-2 -+3: 0 is reached by two of the eight, so 5 of 8 are at most 0.
  EXPECT_EQ(Flip({1, 2, -3}, Alternative::kLess).p, 5.0 / 8);
  // .1 + .2 - .3 is not 0 in doubles; both patterns that give it still count as one value.
  EXPECT_EQ(Flip({0.1, 0.2, -0.3}, Alternative::kLess).p, 5.0 / 8);
}

// Differences of one size turn the sum into a count of fair coins, whose tail is known.
TEST(PairedTestsTest, DrawnFlipsComeNearTheTruth) {
  std::vector<double> differences(24, 1);
  for (size_t i = 0; i < 8; ++i) differences[i] = -1;
  // P(X >= 16) of 24 fair coins, summed from the binomial coefficients.
  double coefficient = 1;
  double tail = 0;
  for (int k = 24; k >= 16; --k) {
    tail += coefficient;
    coefficient = coefficient * k / (24 - k + 1);
  }
  const double truth = tail / std::ldexp(1, 24);
  const TestResult drawn = Flip(differences, Alternative::kGreater);
  EXPECT_FALSE(drawn.exact);
  EXPECT_NEAR(drawn.p, truth, 4 * std::sqrt(truth * (1 - truth) / 20000));
  EXPECT_EQ(drawn.p, Flip(differences, Alternative::kGreater).p) << "the same stream, the same p";
  EXPECT_GT(Flip(std::vector<double>(40, 1), Alternative::kGreater).p, 0) << "never 0";
}

TEST(PairedTestsTest, SidesMirrorEachOther) {
  RandomStream stream(3, "mirror");
  for (size_t size : {2, 5, 9, 30, 80}) {
    std::vector<double> differences(size);
    for (double& difference : differences) difference = std::round(4 * stream.Normal() + 1) / 4;
    std::vector<double> mirrored = differences;
    for (double& difference : mirrored) difference = -difference;
    EXPECT_NEAR(PairedT(differences, Alternative::kLess).p, PairedT(mirrored, Alternative::kGreater).p, 1e-12);
    EXPECT_NEAR(WilcoxonSignedRank(differences, Alternative::kLess).p,
                WilcoxonSignedRank(mirrored, Alternative::kGreater).p, 1e-12);
    if (size > kMostExactFlips) continue;
    EXPECT_EQ(Flip(differences, Alternative::kLess).p, Flip(mirrored, Alternative::kGreater).p);
  }
}

}  // namespace
}  // namespace suite
