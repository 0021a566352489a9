// How large a difference is in units that do not depend on the metric, how many seeds a comparison needs to see it, and
// when two arms count as equal.
//
//   CohenDz({.013, .004, .021, .009});      // 1.64: mean difference over the spread of the differences
//   HedgesG(rank_seed_means, grpo_seed_means);
//   CliffsDelta(rank_seed_means, grpo_seed_means);     // 1: every left value is above every right one
//   PairedTPower(0.8, 5, .05);              // .28: five seeds seldom see an effect of .8 spreads
//   SeedsNeeded(0.8, .05, .8);              // 15
//   MinimumDetectableEffect(5, .05, .8);    // 1.68 spreads
//   Tost(differences, .005).p;              // small: the mean difference lies within -.005 .. .005
//
// Power is that of two-sided paired t tests over seeds. An effect d is Cohen's d_z, the mean difference in units of
// the spread of the seeds' differences; alpha is the two-sided level, power the chance of a rejection.
#pragma once

#include <optional>
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

// The chance that a two-sided paired t test of `seeds` differences rejects at level `alpha` when the effect is `d`:
// exact, from the non-central t distribution, both tails. Needs two seeds. Equal to statsmodels' TTestPower.
double PairedTPower(double d, int seeds, double alpha);

// Plans end here.
inline constexpr int kMostSeeds = 100000;

// The fewest seeds (two or more) whose power reaches `power`; none when kMostSeeds do not.
std::optional<int> SeedsNeeded(double d, double alpha, double power);

// The fewest seeds with which the test of Pitman and Morgan (paired_tests.h) at the two-sided level `alpha` finds a
// correlation of `r` with `power`, by Fisher's z: 3 + ((z(1 - alpha / 2) + z(power)) / atanh(r))^2. None for r = 0 or
// beyond kMostSeeds.
std::optional<int> SeedsNeededForSpread(double r, double alpha, double power);

// The smallest positive effect d that `seeds` seeds detect with `power`.
double MinimumDetectableEffect(int seeds, double alpha, double power);

struct Equivalence {
  double p_above_low = 1;   // of the test that the mean lies above -margin
  double p_below_high = 1;  // of the test that the mean lies below +margin
  double p = 1;             // the larger of both
};

// Two one-sided paired t tests (Schuirmann, J. Pharmacokinet. Biopharm. 15, 1987): with p < alpha the differences' mean
// lies within -margin .. margin, which is the same as Student's interval of confidence 1 - 2 alpha lying within.
Equivalence Tost(const std::vector<double>& differences, double margin);

}  // namespace suite
