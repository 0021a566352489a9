// The plots of training: learning curves, step series, rewards by rank.
#pragma once

#include <vector>

#include "reports/plots/plot.h"
#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"

namespace suite {

// One learning curve a metric on spec.curve_split: the mean over an arm's seeds at each evaluation, with Student's
// interval over the seeds as the band when there are two or more, and the start as a dashed line where all share one.
// Empty when runs were evaluated once only.
std::vector<Plot> CurvePlots(const ReportSpec& spec, const RunSet& set);

// One plot for each of `wanted`: means over blocks of steps (a step is one batch, and noisy), then over seeds; the band
// is the range of the seeds. Arms without a step are left out; so is, where series are optional, an arm without the
// series, and else that is an InputError.
std::vector<Plot> SeriesPlots(const ReportSpec& spec, const RunSet& set, const std::vector<SeriesPlot>& wanted,
                              bool are_optional);

// spec.rank_series against the rank: its mean over the last quarter of the steps for each arm, and over the first tenth
// of the steps of all arms as the reference. Then, for each of the first arms, some ranks over training. Empty when
// spec.rank_series is, or no run has a step.
std::vector<Plot> RankPlots(const ReportSpec& spec, const RunSet& set);

}  // namespace suite
