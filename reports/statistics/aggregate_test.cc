#include "reports/statistics/aggregate.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

TEST(AggregateTest, InterquartileMeanByHand) {
  EXPECT_EQ(InterquartileMean({{0, 100, 3, 5}}), 4) << "one of four is cut from each end";
  EXPECT_EQ(InterquartileMean({{7, 1, 4}}), 4) << "a quarter of three is none";
  EXPECT_EQ(InterquartileMean({{0, 1, 2, 3}, {4, 5, 6, 1000}}), 3.5);
}

TEST(AggregateTest, OptimalityGapByHand) { EXPECT_EQ(OptimalityGap({{0.5, 2}, {0, 1}}, 1), 1 - 2.5 / 4); }

TEST(AggregateTest, ProbabilityOfImprovementByHand) {
  EXPECT_EQ(ProbabilityOfImprovement({{1}, {3}}, {{1}, {2}}), 2.5 / 4);
  EXPECT_EQ(ProbabilityOfImprovement({{1, 0}}, {{0, 1}}), 0.5) << "one task won, one lost";
  EXPECT_EQ(ProbabilityOfImprovement({{2}, {3}}, {{2}, {3}}), 0.5);
}

TEST(AggregateTest, ProfileCountsScoresAboveEachThreshold) {
  EXPECT_EQ(PerformanceProfile({{0, 0.5}, {0.5, 1}}, {-1, 0, 0.5, 1}), (std::vector<double>{1, 0.75, 0.25, 0}));
}

}  // namespace
}  // namespace suite
