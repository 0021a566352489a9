// The plots of final results: effects, ablation bars, scaling, cost, distributions.
//
// They show the metrics that the comparisons name, or else the first one: at most two.
#pragma once

#include <vector>

#include "reports/plots/plot.h"
#include "reports/results/comparisons.h"
#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"
#include "reports/tables/table.h"

namespace suite {

// For each shown metric, every comparison's difference with its bootstrap interval.
std::vector<Plot> ForestPlots(const ReportSpec& spec, const std::vector<ComparedPair>& pairs);

// For each shown metric, a bar for each row of ours. Empty for a single row.
std::vector<Plot> BarPlots(const ReportSpec& spec, const ResultTable& results);

// For each config key whose value is a number and not the same in all arms: the shown metrics and the costs
// (runs/arm_costs.h) over it, one line for each setting of the other keys that has two values or more.
std::vector<Plot> ScalingPlots(const ReportSpec& spec, const RunSet& set, const ResultTable& results);

// Each shown metric over the wall time of a run, one point an arm, with the other costs (runs/arm_costs.h) as further axes.
std::vector<Plot> CostPlots(const ReportSpec& spec, const RunSet& set, const ResultTable& results);

// The performance profile of the first shown metric: the share of answers that score above each threshold.
std::vector<Plot> ProfilePlots(const ReportSpec& spec, const RunSet& set);

}  // namespace suite
