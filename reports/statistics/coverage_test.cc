// Do intervals hold the truth as often as they say, and do tests reject as seldom? On made-up data whose truth is
// known, from named streams, so the counts below are the same in every run.
//
// A share that is p in truth misses p by more than three binomial standard errors in 3 of 1,000 cases.

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "base/random.h"
#include "reports/statistics/clustered_error.h"
#include "reports/statistics/hierarchical_bootstrap.h"
#include "reports/statistics/multiple_testing.h"
#include "reports/statistics/paired_tests.h"
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

struct Sample {
  ScoreMatrix scores_SC;
  std::vector<size_t> contexts_C;
};

// Contexts of one to five conversations, with a level for each context that all seeds share, a level for each seed, and
// noise; the mean over all of it is 0.
Sample DrawSample(size_t seeds, size_t contexts, double seed_spread, RandomStream* stream) {
  Sample sample;
  std::vector<double> levels_C;
  for (size_t k = 0; k < contexts; ++k) {
    const double level = stream->Normal();
    for (size_t i = 0; i < 1 + k % 5; ++i) {
      sample.contexts_C.push_back(k);
      levels_C.push_back(level);
    }
  }
  for (size_t s = 0; s < seeds; ++s) {
    const double seed_level = seed_spread * stream->Normal();
    sample.scores_SC.push_back(levels_C);
    for (double& score : sample.scores_SC.back()) score += seed_level + 0.5 * stream->Normal();
  }
  return sample;
}

double CoverageOfBootstrap(size_t seeds, size_t contexts, double seed_spread, int trials, const std::string& name) {
  int held = 0;
  for (int trial = 0; trial < trials; ++trial) {
    RandomStream stream(1, name, {static_cast<uint64_t>(trial)});
    const Sample sample = DrawSample(seeds, contexts, seed_spread, &stream);
    const HierarchicalBootstrap bootstrap(sample.contexts_C, 1000, 1, name + std::to_string(trial));
    held += Holds(bootstrap.OfMean(sample.scores_SC, 0.95).interval, 0);
  }
  return static_cast<double>(held) / trials;
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

TEST(CoverageTest, ClusteredInterval) {
  constexpr int kTrials = 2000;
  int held = 0;
  int held_without_contexts = 0;
  for (uint64_t trial = 0; trial < kTrials; ++trial) {
    RandomStream stream(1, "clustered", {trial});
    const Sample sample = DrawSample(1, 200, 0, &stream);
    const std::vector<double>& scores_C = sample.scores_SC[0];
    held += Holds(ClusteredInterval(ClusteredErrorOfMean(scores_C, sample.contexts_C), 0.95), 0);
    held_without_contexts += Holds(*StudentInterval(scores_C), 0);
  }
  EXPECT_NEAR(static_cast<double>(held) / kTrials, 0.95, Bound(0.95, kTrials));
  EXPECT_LT(static_cast<double>(held_without_contexts) / kTrials, 0.8) << "what ignoring contexts would give";
}

TEST(CoverageTest, BootstrapOverContexts) {
  EXPECT_NEAR(CoverageOfBootstrap(1, 200, 0, 600, "one seed"), 0.95, Bound(0.95, 600));
}

TEST(CoverageTest, BootstrapOverManyContexts) {
  EXPECT_NEAR(CoverageOfBootstrap(1, kManyContexts, 0, 500, "limit"), 0.95, Bound(0.95, 500));
}

// Thirty seeds, whose spread and that of the contexts weigh about the same. (Few seeds fall short, as the header says.)
TEST(CoverageTest, BootstrapOverSeedsAndContexts) {
  EXPECT_NEAR(CoverageOfBootstrap(30, 60, 0.8, 400, "seeds and contexts"), 0.95, Bound(0.95, 400));
}

TEST(CoverageTest, FewSeedsFallShort) {
  EXPECT_LT(CoverageOfBootstrap(3, 50, 2, 300, "three seeds"), 0.85) << "why verdicts ask for Student's interval too";
}

TEST(CoverageTest, TestsRejectATrueNullAtTheirLevel) {
  constexpr int kTrials = 4000;
  int t = 0;
  int wilcoxon = 0;
  int flip = 0;
  for (uint64_t trial = 0; trial < kTrials; ++trial) {
    RandomStream stream(1, "null", {trial});
    const std::vector<double> differences = Normals(10, 0, &stream);
    t += PairedT(differences).p < 0.05;
    wilcoxon += WilcoxonSignedRank(differences).p < 0.05;
    flip += SignFlip(differences, Alternative::kTwoSided, 1, &stream).p < 0.05;
  }
  EXPECT_NEAR(static_cast<double>(t) / kTrials, 0.05, Bound(0.05, kTrials));
  // Of 1,024 patterns, rank sums up to 8 on either side are 50: .0488 is the largest level up to .05.
  EXPECT_NEAR(static_cast<double>(wilcoxon) / kTrials, 50.0 / 1024, Bound(50.0 / 1024, kTrials));
  // Twice 25 of 1,024.
  EXPECT_NEAR(static_cast<double>(flip) / kTrials, 50.0 / 1024, Bound(50.0 / 1024, kTrials));
}

TEST(CoverageTest, PowerIsTheRateOfRejections) {
  constexpr int kTrials = 4000;
  int rejections = 0;
  for (uint64_t trial = 0; trial < kTrials; ++trial) {
    RandomStream stream(1, "power", {trial});
    rejections += PairedT(Normals(7, 0.9, &stream)).p < 0.05;
  }
  const double power = PairedTPower(0.9, 7, 0.05);
  EXPECT_NEAR(static_cast<double>(rejections) / kTrials, power, Bound(power, kTrials));
}

TEST(CoverageTest, EquivalenceIsRefusedAtTheMargin) {
  constexpr int kTrials = 4000;
  int accepted = 0;
  for (uint64_t trial = 0; trial < kTrials; ++trial) {
    RandomStream stream(1, "margin", {trial});
    accepted += Tost(Normals(20, 2, &stream), 2).p < 0.05;
  }
  EXPECT_NEAR(static_cast<double>(accepted) / kTrials, 0.05, Bound(0.05, kTrials));
}

// Eight true nulls: without a correction one is rejected in a third of the families.
TEST(CoverageTest, CorrectionsHoldTheFamily) {
  constexpr int kTrials = 3000;
  int raw = 0;
  int holm = 0;
  int benjamini_hochberg = 0;
  for (uint64_t trial = 0; trial < kTrials; ++trial) {
    RandomStream stream(1, "family", {trial});
    std::vector<double> p;
    for (int test = 0; test < 8; ++test) p.push_back(PairedT(Normals(6, 0, &stream)).p);
    const auto any = [](const std::vector<double>& values) { return Quantile(values, 0) < 0.05; };
    raw += any(p);
    holm += any(Holm(p));
    benjamini_hochberg += any(BenjaminiHochberg(p));
  }
  EXPECT_GT(static_cast<double>(raw) / kTrials, 0.3);
  EXPECT_LE(static_cast<double>(holm) / kTrials, 0.05 + Bound(0.05, kTrials));
  EXPECT_GE(static_cast<double>(holm) / kTrials, 0.04 - Bound(0.05, kTrials)) << "nor does it waste the level";
  // With all nulls true every rejection is false, and the expected share is the chance of any.
  EXPECT_NEAR(static_cast<double>(benjamini_hochberg) / kTrials, 0.05, Bound(0.05, kTrials));
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
      const TestResult result = PitmanMorgan(left, right);
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
