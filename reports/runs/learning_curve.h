// The curve of one number over a run's steps, and the moments that it is asked for: when it passes a level, how much of
// its own gain it has at half time, whether it still rises at the end.
//
//   const LearningCurve ndcg = CurveOfScore(run, "validation", "ndcg@10");  // a point each evaluation, from step 0
//   FirstReach(ndcg, .27);                   // 131.5: linear between evaluations; nothing when it is never reached
//   StepsToShareOfGain(ndcg, .5);            // steps to half of what this run gains
//   const auto kl = CurveOfSeries(run, "kl", 20);                           // a point each step: mean of the last 20
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reports/runs/run_set.h"

namespace suite {

struct LearningCurve {
  std::vector<double> steps;  // rising, at least one
  std::vector<double> values;
};

// Means over the conversations of the split. Throws InputError naming the store where split or metric are unknown.
LearningCurve CurveOfScore(const ReportRun& run, const std::string& split, const std::string& metric);

// Of a scalar series, each point the mean of the last `window` steps, beginning where there are that many. Nothing
// where the run has no such series or fewer steps.
std::optional<LearningCurve> CurveOfSeries(const ReportRun& run, const std::string& series, size_t window);

// Last value less the first.
double Gain(const LearningCurve& curve);

// Linear between points; the first or last value outside.
double ValueAt(const LearningCurve& curve, double step);

// The first step at which the curve is at `level` or above, linear between points.
std::optional<double> FirstReach(const LearningCurve& curve, double level);

// The first step with `share` of the curve's own gain; nothing where it gains nothing.
std::optional<double> StepsToShareOfGain(const LearningCurve& curve, double share);

// What it has gained after half of its steps, as a share of all it gains; nothing where it gains nothing.
std::optional<double> ShareOfGainAtHalfTime(const LearningCurve& curve);

// Last value less that at three quarters of the steps: well above 0 in a run that has not converged.
double ChangeOverLastQuarter(const LearningCurve& curve);

}  // namespace suite
