// How large a difference is, in units that do not depend on the metric.
//
//   CohenDz({.013, .004, .021, .009});       // mean difference over the spread of the differences
//   HedgesG(rank_seed_means, grpo_seed_means);
//   CliffsDelta(rank_seed_means, grpo_seed_means);     // 1: every left value is above every right one
#pragma once

#include <vector>

namespace suite {

// Cohen's d of paired differences, d_z = mean / SampleStd (Lakens, Front. Psychol. 4:863, 2013). It decides the power
// of a paired t test. Needs two differences whose spread is not 0.
double CohenDz(const std::vector<double>& differences);

// Hedges' g of two independent samples: (mean(left) - mean(right)) / pooled SampleStd, times the exact correction for
// small samples J(m) = Gamma(m/2) / (sqrt(m/2) Gamma((m-1)/2)), m = n_left + n_right - 2 (Hedges, J. Educ. Stat. 6,
// 1981). Needs two values on each side and a spread.
double HedgesG(const std::vector<double>& left, const std::vector<double>& right);

// Cliff's delta: P(left > right) - P(left < right) over all pairs (Cliff, Psychol. Bull. 114, 1993). From -1 to 1.
double CliffsDelta(const std::vector<double>& left, const std::vector<double>& right);

}  // namespace suite
