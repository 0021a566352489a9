// The error of a mean of scores that seeds and conversations give together: one procedure for intervals and for tests.
//
//   const CrossedError error = CrossedErrorOf(differences_SC, contexts_C);      // left - right, pair by pair
//   CrossedInterval(error, .95);      // an interval holds 0 ...
//   CrossedP(error, 0);               // ... exactly when this p is .05 or more
//
// Model: score = mean + seed + context + rest, all of them random, crossed: every seed answers every conversation.
// Conversations that share what was asked for make one context (clustered_error.h). The variance of the mean then is
//
//   (var(seed) + var(rest) / C) / S      what other seeds would change: from the spread of the seeds' means, S - 1
//                                        degrees of freedom
//   + var(context) / K                   what other conversations would change for every seed alike, and no number of
//                                        seeds makes smaller: the clustered error of the mean over seeds, less what the
//                                        rest gives it; K - 1 degrees of freedom
//
// The interval at a level is mean +- sqrt(t(S-1)^2 seed part + t(K-1)^2 context part), each part under its own Student
// quantile at that level: Banerjee's interval (Sankhya 22, 1960), which holds the truth at least as often as its level
// says, for all levels and whatever the parts' sizes (the distribution function of a squared normal number is concave).
// One seed alone has no seed part, and the interval is about that seed's runs; values of whole runs (C = 1) have no
// context part, and it is Student's interval over the seeds. docs/statistics.md has its simulated error rates.
//
// Shapes: S seeds, C conversations, K contexts. Where the runs' starts differ, each start is one "seed": see
// reports/results/starts.h.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "reports/statistics/statistics.h"

namespace suite {

struct CrossedError {
  double mean = 0;
  size_t seeds = 0;
  double seed_variance = 0;  // of the mean; 0 for one seed
  size_t contexts = 0;
  double context_variance = 0;  // of the mean; 0 for one context
};

// `contexts_C`: the context of each conversation, from 0 to K - 1 without gaps.
CrossedError CrossedErrorOf(const ScoreMatrix& scores_SC, const std::vector<size_t>& contexts_C);

// Of values that each run has as a whole.
CrossedError CrossedErrorOf(const std::vector<double>& values_S);

// None for one seed with one context, which tell nothing about others.
std::optional<Interval> CrossedInterval(const CrossedError& error, double confidence);

// The two-sided p value of the hypothesis that the mean is `value`: the level at which the interval's end touches it.
// None likewise.
std::optional<double> CrossedP(const CrossedError& error, double value);

}  // namespace suite
