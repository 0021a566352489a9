// Is one of two paired samples more spread out? "Its curve varies less from seed to seed."
//
//   PitmanMorgan(rank_S, grpo_S).p;                       // two-sided; the runs of one seed make a pair
#pragma once

#include <vector>

namespace suite {

struct SpreadTest {
  double statistic = 0;
  double p = 1;
};

// Pitman's and Morgan's test of equal variances (Biometrika 31, 1939): the correlation r of the pairs' differences and
// sums is zero exactly when the variances are equal, and positive when the left one is larger. The statistic is
// t = r sqrt((n - 2) / (1 - r^2)) with n - 2 degrees of freedom, as SciPy's pearsonr(x - y, x + y). Exact for normal
// pairs, whatever their correlation. Needs three pairs. Samples without a spread are equal: p 1.
SpreadTest PitmanMorgan(const std::vector<double>& left, const std::vector<double>& right);

// That correlation: from -1 (only the right side varies) to 1.
double SpreadCorrelation(const std::vector<double>& left, const std::vector<double>& right);

}  // namespace suite
