// Tests of paired differences: is the middle of d_1 .. d_n zero? One difference for each seed, or for each context.
//
//   const std::vector<double> differences = {.013, .004, .021, .009};     // Rank-GRPO - GRPO, seed by seed
//   PairedT(differences).p;                                               // normal differences
//   WilcoxonSignedRank(differences).p;                                    // symmetric differences
//   RandomStream stream(0, "report/sign flips");
//   SignFlip(differences, Alternative::kTwoSided, 100000, &stream).p;     // symmetric under the null hypothesis
//
// Few seeds: n differences have 2^n signs, so neither of the last two can give a two-sided p below 2^(1-n): .25 for
// three seeds, .0625 for five. The t test has no such floor; it pays with the assumption of normal differences.
//
// Is one of two paired samples more spread out? "Its curve varies less from seed to seed."
//
//   PitmanMorgan(rank_S, grpo_S).p;                       // two-sided; the runs of one seed make a pair
//
// To test against a margin m, take the differences less m.
#pragma once

#include <vector>

#include "base/random.h"

namespace suite {

enum class Alternative { kTwoSided, kGreater, kLess };  // kGreater: the differences lie above zero

struct TestResult {
  double statistic = 0;
  double p = 1;
  bool exact = false;  // the p value comes from the whole null distribution, neither from a limit nor from draws
};

// Student's t test of paired differences: t = mean / (SampleStd / sqrt(n)) with n - 1 degrees of freedom. Needs two.
// Equal differences (spread 0) give p 0 or 1 by their sign, and p 1 when all are zero. SciPy: ttest_rel, ttest_1samp.
TestResult PairedT(const std::vector<double>& differences, Alternative alternative = Alternative::kTwoSided);

// Wilcoxon's signed-rank test with Pratt's zeros (J. Am. Stat. Assoc. 54, 1959): zeros take part in the ranking of |d|
// and their ranks are dropped. The statistic is the rank sum of the positive differences; two-sided, the smaller of
// both rank sums. The p value as SciPy 1.17 chooses it (wilcoxon(d, zero_method="pratt", method="auto")): from the
// whole null distribution for up to 50 differences without ties and zeros, and for up to 13 with them; else the
// normal limit, its variance corrected for ties and zeros, without correction for continuity.
TestResult WilcoxonSignedRank(const std::vector<double>& differences, Alternative alternative = Alternative::kTwoSided);

// The most differences whose 2^n signs are all counted.
inline constexpr size_t kMostExactFlips = 20;

// Fisher's sign-flip test of the mean: the share of sign assignments whose mean is at least as far out as the observed
// one; two-sided, twice the smaller tail. All 2^n assignments for n <= kMostExactFlips; else `draws` random ones from
// `stream`, and then p = (1 + hits) / (1 + draws), so that it is never 0. Assignments whose means differ from the
// observed one by rounding alone count as equal to it.
TestResult SignFlip(const std::vector<double>& differences, Alternative alternative, int draws, RandomStream* stream);

// Pitman's and Morgan's test of equal variances (Biometrika 31, 1939): the correlation r of the pairs' differences and
// sums is zero exactly when the variances are equal, and positive when the left one is larger. The statistic is
// t = r sqrt((n - 2) / (1 - r^2)) with n - 2 degrees of freedom, as SciPy's pearsonr(x - y, x + y). Exact for normal
// pairs, whatever their correlation. Needs three pairs. Samples without a spread are equal: p 1.
TestResult PitmanMorgan(const std::vector<double>& left, const std::vector<double>& right);

// That correlation: from -1 (only the right side varies) to 1.
double SpreadCorrelation(const std::vector<double>& left, const std::vector<double>& right);

}  // namespace suite
