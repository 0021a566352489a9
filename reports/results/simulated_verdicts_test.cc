#include "reports/results/simulated_verdicts.h"

#include <gtest/gtest.h>

#include <cmath>

namespace suite {
namespace {

constexpr int kTrials = 1000;

// A share that is `share` in truth passes this in 1 of 1,000 cases; the trials are drawn from named streams, so the
// counts are the same in every run.
double Most(double share) { return share + 3.1 * std::sqrt(share * (1 - share) / kTrials) + 0.5 / kTrials; }

Simulation Of(size_t seeds, size_t contexts = 60) { return {seeds, contexts, kTrials}; }

// With and without a shared start, alone and as one of 16 tests: a report's verdicts are false no oftener than they
// say, "reproduced" of one direction half as often.
TEST(VerdictErrorsTest, StayWithinTheirLevel) {
  for (const VarianceComponents& components : KeptComponents()) {
    for (size_t seeds : {3, 4, 5, 8}) {
      for (size_t tests : {1, 16}) {
        const double level = 0.05 / static_cast<double>(tests);
        const VerdictRates rates = RatesOf(components, Of(seeds), tests);
        EXPECT_LE(rates.verdicts, Most(level)) << components.name << ", " << seeds << " seeds, " << tests << " tests";
        EXPECT_LE(rates.reproduced, Most(level / 2)) << components.name << ", " << seeds << " seeds, " << tests;
      }
    }
  }
}

TEST(VerdictErrorsTest, LongTailsDoNotChangeThat) {
  for (const VarianceComponents& components : KeptComponents()) {
    Simulation simulation = Of(3, 150);
    simulation.skewed = true;
    EXPECT_LE(RatesOf(components, simulation, 1).verdicts, Most(0.05)) << components.name;
  }
}

// Why the seeds alone do not do: they share their conversations.
TEST(VerdictErrorsTest, SeedsAloneAreFalseInHalfOfAllCases) {
  EXPECT_GT(RatesOf(KeptComponents()[0], Of(5), 1).by_seeds_alone, 0.4);
}

// What a verdict "from this start" leaves out: spoken of other starts it would be false in a quarter of all cases.
TEST(VerdictErrorsTest, OneStartSaysNothingOfOthers) {
  VarianceComponents shared = KeptComponents()[2];
  shared.start = 0.006;
  EXPECT_GT(RatesOf(shared, Of(5), 1).verdicts, 0.15);
  VarianceComponents own = KeptComponents()[2];
  own.seed = 0.006;
  EXPECT_LE(RatesOf(own, Of(5), 1).verdicts, Most(0.05)) << "with a start for each seed";
}

TEST(VerdictErrorsTest, AnEffectIsFound) {
  // Three times the error of a mean over five seeds of scattered arms, and what table 1 shows of exp_inf over GRPO.
  Simulation simulation = Of(5);
  simulation.effect = 0.02;
  EXPECT_GT(RatesOf(KeptComponents()[3], simulation, 1).better, 0.8);
  simulation.effect = 0.0386;
  EXPECT_GT(RatesOf(KeptComponents()[2], simulation, 16).reproduced, 0.95);
}

}  // namespace
}  // namespace suite
