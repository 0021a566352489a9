// Do intervals hold the truth as often as they say, and do tests reject as seldom? On made-up data whose truth is
// known, from named streams, so the counts below are the same in every run. (Verdicts: verdict_errors_test.cc.)
//
// A share that is p in truth misses p by more than three binomial standard errors in 3 of 1,000 cases.

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "reports/statistics/crossed_error.h"
#include "reports/statistics/multiple_testing.h"
#include "reports/statistics/paired_spread.h"
#include "reports/statistics/power.h"
#include "reports/statistics/statistics.h"

namespace suite {
namespace {

double Bound(double share, int trials) { return 3 * std::sqrt(share * (1 - share) / trials); }

bool Holds(const Interval& interval, double truth) { return interval.low <= truth && truth <= interval.high; }

std::vector<double> Normals(size_t size, double mean, RandomStream* stream) {
  std::vector<double> values(size);
  for (double& value : values) value = mean + stream->Normal();
  return values;
}

TEST(CoverageTest, StudentIntervalOverSeeds) {
  constexpr int kTrials = 4000;
  for (size_t seeds : {2, 3, 5, 10}) {
    int held = 0;
    for (uint64_t trial = 0; trial < kTrials; ++trial) {
      RandomStream stream(1, "student", {seeds, trial});
      held += Holds(*StudentInterval(Normals(seeds, 0.3, &stream)), 0.3);
    }
    EXPECT_NEAR(static_cast<double>(held) / kTrials, 0.95, Bound(0.95, kTrials)) << seeds;
  }
}

TEST(CoverageTest, PowerIsTheRateOfRejections) {
  constexpr int kTrials = 4000;
  int rejections = 0;
  for (uint64_t trial = 0; trial < kTrials; ++trial) {
    RandomStream stream(1, "power", {trial});
    rejections += *CrossedP(CrossedErrorOf(Normals(7, 0.9, &stream)), 0) < 0.05;
  }
  const double power = PairedTPower(0.9, 7, 0.05);
  EXPECT_NEAR(static_cast<double>(rejections) / kTrials, power, Bound(power, kTrials));
}

// Eight true nulls: without a correction one is rejected in a third of the families.
TEST(CoverageTest, HolmHoldsTheFamily) {
  constexpr int kTrials = 3000;
  int raw = 0;
  int holm = 0;
  for (uint64_t trial = 0; trial < kTrials; ++trial) {
    RandomStream stream(1, "family", {trial});
    std::vector<double> p;
    for (int test = 0; test < 8; ++test) p.push_back(*CrossedP(CrossedErrorOf(Normals(6, 0, &stream)), 0));
    const auto any = [](const std::vector<double>& values) { return Quantile(values, 0) < 0.05; };
    raw += any(p);
    holm += any(Holm(p));
  }
  EXPECT_GT(static_cast<double>(raw) / kTrials, 0.3);
  EXPECT_LE(static_cast<double>(holm) / kTrials, 0.05 + Bound(0.05, kTrials));
  EXPECT_GE(static_cast<double>(holm) / kTrials, 0.04 - Bound(0.05, kTrials)) << "nor does it waste the level";
}

// Equal spreads and correlated pairs: the test of spreads rejects as often as it says, in each direction half of that.
TEST(CoverageTest, PitmanMorgan) {
  constexpr int kTrials = 4000;
  for (size_t seeds : {3, 5, 12}) {
    int rejected = 0;
    int left_is_wider = 0;
    for (uint64_t trial = 0; trial < kTrials; ++trial) {
      RandomStream stream(1, "pitman morgan", {seeds, trial});
      std::vector<double> left = Normals(seeds, 0, &stream);
      std::vector<double> right = Normals(seeds, 0, &stream);
      for (size_t s = 0; s < seeds; ++s) {
        const double shared = stream.Normal();
        left[s] += shared;
        right[s] += shared;
      }
      const SpreadTest result = PitmanMorgan(left, right);
      rejected += result.p < 0.05;
      left_is_wider += result.p < 0.05 && result.statistic > 0;
    }
    EXPECT_NEAR(static_cast<double>(rejected) / kTrials, 0.05, Bound(0.05, kTrials)) << seeds;
    EXPECT_NEAR(static_cast<double>(left_is_wider) / kTrials, 0.025, Bound(0.025, kTrials)) << seeds;
  }
}

// Twice the spread with as many seeds as the plan asks for is found about as often as planned. For independent normal
// samples the correlation of differences and sums is (4 - 1) / (4 + 1).
TEST(CoverageTest, PlanForSpreads) {
  constexpr int kTrials = 2000;
  const auto seeds = static_cast<size_t>(*SeedsNeededForSpread(0.6, 0.05, 0.8));
  int rejected = 0;
  for (uint64_t trial = 0; trial < kTrials; ++trial) {
    RandomStream stream(1, "spread plan", {trial});
    std::vector<double> left = Normals(seeds, 0, &stream);
    for (double& value : left) value *= 2;
    rejected += PitmanMorgan(left, Normals(seeds, 0, &stream)).p < 0.05;
  }
  EXPECT_NEAR(static_cast<double>(rejected) / kTrials, 0.8, Bound(0.8, kTrials) + 0.02) << "Fisher's z is a limit";
}

}  // namespace
}  // namespace suite
