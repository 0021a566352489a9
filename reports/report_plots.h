// The plots of a report, made from a set of runs.
#pragma once

#include <vector>

#include "reports/plot.h"
#include "reports/report_spec.h"
#include "reports/run_set.h"

namespace suite {

// One learning curve a metric on spec.curve_split: the mean over an arm's seeds at each evaluation, with Student's
// interval over the seeds as the band when there are two or more, and the shared start as a dashed line. Empty when
// runs were evaluated once only.
std::vector<Plot> CurvePlots(const ReportSpec& spec, const RunSet& set);

// One plot for each of spec.series_plots: means over blocks of steps (a step is one batch, and noisy), then over seeds;
// the band is the range of the seeds.
std::vector<Plot> SeriesPlots(const ReportSpec& spec, const RunSet& set);

// spec.rank_series against the rank: its mean over the last quarter of the steps for each arm, and over the first tenth
// of the steps of all arms as the reference. Empty when spec.rank_series is.
std::vector<Plot> RankPlots(const ReportSpec& spec, const RunSet& set);

}  // namespace suite
