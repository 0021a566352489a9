#include "reports/results/simulated_verdicts.h"

#include <cmath>
#include <numeric>

#include "base/random.h"
#include "reports/results/comparisons.h"
#include "reports/spec/claim.h"
#include "reports/statistics/crossed_error.h"
#include "reports/statistics/multiple_testing.h"
#include "reports/statistics/statistics.h"

namespace suite {
namespace {

constexpr double kAlpha = 0.05;
constexpr double kPower = 0.8;
constexpr double kKeptContexts = 1490;

// Mean 0 and variance 1, with a long tail to the right.
double SkewedDraw(RandomStream* stream) { return -std::log(1 - stream->Uniform()) - 1; }

// Mean 0 and variance 1, three quarters of it nothing.
double SparseDraw(RandomStream* stream) {
  const double draw = stream->Uniform();
  return draw < 0.125 ? -2 : draw < 0.25 ? 2 : 0;
}

ScoreMatrix DrawDifferences(const VarianceComponents& components, const Simulation& simulation, RandomStream* stream) {
  const double scale = std::sqrt(static_cast<double>(simulation.contexts) / kKeptContexts);
  std::vector<double> common_C(simulation.contexts, simulation.effect + components.start * stream->Normal());
  for (double& common : common_C) {
    common += scale * components.context * (simulation.skewed ? SkewedDraw(stream) : stream->Normal());
  }
  ScoreMatrix differences_SC(simulation.seeds, common_C);
  for (std::vector<double>& differences_C : differences_SC) {
    const double level = components.seed * stream->Normal();
    for (double& difference : differences_C) {
      difference += level + scale * components.rest * (simulation.skewed ? SparseDraw(stream) : stream->Normal());
    }
  }
  return differences_SC;
}

void CountVerdicts(const CrossedError& error, size_t tests, double share, VerdictRates* rates) {
  std::vector<double> p_values(tests, 1.0);
  Claim claim;
  ClaimEvidence evidence;
  evidence.seeds = error.seeds;
  evidence.error = error;
  p_values[0] = *PValueOf(claim, evidence);
  const HolmStep step = HolmSteps(p_values, kAlpha)[0];
  ComparedPair pair;
  pair.error = error;
  Judge(step, &pair);
  rates->verdicts += share * (pair.verdict != Verdict::kInconclusive);
  rates->better += share * (pair.verdict == Verdict::kBetter);
  if (step.adjusted_p >= kAlpha) return;  // undecided, and a plan is not asked for
  rates->reproduced +=
      share * (Decide(claim, evidence, step, {kAlpha, kPower, tests}).verdict == ClaimVerdict::kReproduced);
}

}  // namespace

const std::vector<VarianceComponents>& KeptComponents() {
  static const std::vector<VarianceComponents> kComponents = {
      {"exp_inf - SFT, nDCG@10: the start is shared", 0.000, 0.180, 0.113},
      {"GSPO - SFT, nDCG@10: the start is shared", 0.006, 0.124, 0.117},
      {"exp_inf - GRPO, nDCG@10: one start, steady seeds", 0.000, 0.079, 0.166},
      {"GSPO - GRPO, nDCG@10: one start, scattered seeds", 0.008, 0.007, 0.174},
      {"GRPO - exp_inf, in-catalogue: one start, scattered", 0.011, 0.009, 0.042},
      {"table 2, nDCG@10: each seed its own start", 0.007, 0.143, 0.155},
  };
  return kComponents;
}

VerdictRates RatesOf(const VarianceComponents& components, const Simulation& simulation, size_t tests) {
  std::vector<size_t> contexts_C(simulation.contexts);
  std::iota(contexts_C.begin(), contexts_C.end(), size_t{0});
  const double share = 1.0 / simulation.trials;
  VerdictRates rates;
  for (int trial = 0; trial < simulation.trials; ++trial) {
    RandomStream stream(simulation.seed, "simulated verdicts", {simulation.seeds, static_cast<uint64_t>(trial)});
    const ScoreMatrix differences_SC = DrawDifferences(components, simulation, &stream);
    CountVerdicts(CrossedErrorOf(differences_SC, contexts_C), tests, share, &rates);
    const double by_seeds = *CrossedP(CrossedErrorOf(RowMeans(differences_SC)), 0);
    rates.by_seeds_alone += share * (by_seeds < kAlpha / static_cast<double>(tests));
  }
  return rates;
}

}  // namespace suite
