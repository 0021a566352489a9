// How many seeds a comparison needs to see an effect.
//
//   CohenDz({.013, .004, .021, .009});           // 1.64: mean difference over the spread of the differences
//   PairedTPower(0.8, 5, .05);                   // .28: five seeds seldom see an effect of .8 spreads
//   SeedsNeeded({.8, 1}, .05, .8);               // 15
//   SeedsNeeded({.02, .01, .008}, .05, .8);      // none: .008 of the error is that of the conversations, and stays
//   MinimumDetectableEffect(5, .05, .8);         // 1.68 spreads
//
// Power is that of the two-sided test of crossed_error.h: Student's over the seeds where the conversations have no
// part. alpha is its level, power the chance of a rejection. d is Cohen's d_z, the mean difference in units of the
// spread (sample standard deviation) of the seeds' differences.
#pragma once

#include <optional>
#include <vector>

namespace suite {

// Cohen's d of paired differences, d_z = mean / SampleStd (Lakens, Front. Psychol. 4:863, 2013). Needs two differences
// whose spread is not 0.
double CohenDz(const std::vector<double>& differences);

// All in one unit.
struct PlannedEffect {
  double effect = 0;
  double seed_spread = 1;         // the standard deviation of the seeds' differences
  double conversation_error = 0;  // the standard error that other conversations give, which no seed makes smaller
};

// The chance that the test of `seeds` differences rejects: from the non-central t distribution, both tails. Exact for
// conversation_error 0; else with Satterthwaite's degrees of freedom for both parts, those of the conversations without
// limit. Needs two seeds.
double PowerOf(const PlannedEffect& planned, int seeds, double alpha);

// PowerOf for an effect of d spreads and no conversation error. Equal to statsmodels' TTestPower.
double PairedTPower(double d, int seeds, double alpha);

// Plans end here.
inline constexpr int kMostSeeds = 100000;

// The fewest seeds (two or more) whose power reaches `power`; none when kMostSeeds do not.
std::optional<int> SeedsNeeded(const PlannedEffect& planned, double alpha, double power);

// The fewest seeds with which the test of Pitman and Morgan (paired_spread.h) at the two-sided level `alpha` finds a
// correlation of `r` with `power`, by Fisher's z: 3 + ((z(1 - alpha / 2) + z(power)) / atanh(r))^2. None for r = 0 or
// beyond kMostSeeds.
std::optional<int> SeedsNeededForSpread(double r, double alpha, double power);

// The smallest positive effect, in spreads, that `seeds` seeds detect with `power`; the conversation error in spreads.
double MinimumDetectableEffect(int seeds, double alpha, double power, double conversation_error = 0);

}  // namespace suite
