// How often verdicts are wrong, on made-up differences whose truth is known: the product's own path from scores to
// "better" and "reproduced", fed with the variance components of the kept runs.
//
//   RatesOf(KeptComponents()[0], {/*seeds=*/5, /*contexts=*/300, /*trials=*/2000}, /*tests=*/1).verdicts;  // < .05
//
// docs/statistics.md has the table that `bazel run //reports:error_rates` makes of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace suite {

// Standard deviations of one pair's difference, conversation by conversation.
struct VarianceComponents {
  std::string name;
  double seed = 0;     // between seeds, of a seed's mean
  double context = 0;  // between conversations, shared by all seeds
  double rest = 0;     // of one seed and one conversation
  double start = 0;    // between starts, shared by all seeds of one: what a verdict "from this start" leaves out
};

// Of the runs of table 1 and of the ablation of table 2 that lie in results/published (1,500 conversations of 1,490
// contexts, five seeds), estimated as crossed_error.h splits a mean's error: for the differences D [S][C], with MS the
// mean squares of the two-way table, seed^2 = (MS(seeds) - MS(rest)) / C, context^2 = (MS(contexts) - MS(rest)) / S,
// rest^2 = MS(rest); below 0: 0. Chosen to span what was found: steady seeds and scattered ones, conversations that
// matter much and little.
const std::vector<VarianceComponents>& KeptComponents();

struct Simulation {
  size_t seeds = 3;
  size_t contexts = 300;  // the components are scaled so that the error of a mean is that of 1,490 contexts
  int trials = 1000;
  double effect = 0;
  bool skewed = false;  // contexts with a long tail, and a rest that is mostly 0, as differences of nDCG are
  uint64_t seed = 1;
};

// Shares of all trials.
struct VerdictRates {
  double verdicts = 0;        // "better" or "worse" at the level
  double better = 0;          // "better"
  double reproduced = 0;      // of the claim left > right
  double by_seeds_alone = 0;  // what Student's test over the seeds alone would reject
};

// At the level alpha / tests that Holm's procedure holds the smallest of `tests` p values against; alpha 5 %.
VerdictRates RatesOf(const VarianceComponents& components, const Simulation& simulation, size_t tests);

}  // namespace suite
