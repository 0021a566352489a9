// What many runs on several metrics or tasks say together, by rliable's definitions (Agarwal et al., "Deep
// reinforcement learning at the edge of the statistical precipice", arXiv 2108.13264; rliable 1.2, metrics.py and
// library.py).
//
//   InterquartileMean(scores_RT);                          // runs R, tasks T
//   ProbabilityOfImprovement(rank_RT, grpo_RT);            // .5: neither
//   PerformanceProfile(scores_RT, {0, .05, .1, .15});      // share of scores above each threshold
#pragma once

#include <vector>

#include "reports/statistics/statistics.h"

namespace suite {

// The mean of the middle half: of all n = R * T scores, floor(n / 4) are cut from each end (SciPy: trim_mean .25).
double InterquartileMean(const ScoreMatrix& scores_RT);

// gamma less the mean of min(score, gamma): how far the scores fall short of gamma.
double OptimalityGap(const ScoreMatrix& scores_RT, double gamma);

// The mean over tasks of P(X > Y) + P(X = Y) / 2 for a run X of left and a run Y of right: Mann and Whitney's U over
// the number of pairs. The numbers of runs may differ, that of tasks not.
double ProbabilityOfImprovement(const ScoreMatrix& left_RT, const ScoreMatrix& right_RT);

// For each threshold, the share of all scores that lie above it (score distribution over runs and tasks).
std::vector<double> PerformanceProfile(const ScoreMatrix& scores_RT, const std::vector<double>& thresholds);

}  // namespace suite
