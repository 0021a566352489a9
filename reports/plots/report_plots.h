// All plots of a report, under their headings, and the parts that they are made of.
#pragma once

#include <string>
#include <vector>

#include "harness/metrics/metric_table.h"
#include "reports/plots/plot.h"
#include "reports/results/comparisons.h"
#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"
#include "reports/tables/table.h"

namespace suite {

struct PlotGroup {
  std::string heading;
  std::vector<Plot> plots;
};

// The spec's own series come first; then the series of the suite that the runs have, each shown once.
std::vector<PlotGroup> AllPlots(const ReportSpec& spec, const RunSet& set, const ResultTable& results,
                                const std::vector<ComparedPair>& pairs);

// Of the final results (result_plots.cc). They show the metrics that the comparisons name, or else the first one: at
// most two.

// For each shown metric, every comparison's difference with the interval at the level of its test.
std::vector<Plot> ForestPlots(const ReportSpec& spec, const std::vector<ComparedPair>& pairs);

// For each shown metric, a bar for each row of ours. Empty for a single row.
std::vector<Plot> BarPlots(const ReportSpec& spec, const ResultTable& results);

// For each config key whose value is a number and not the same in all arms: the shown metrics and the costs
// (runs/arm_costs.h) over it, one line for each setting of the other keys that has two values or more.
std::vector<Plot> ScalingPlots(const ReportSpec& spec, const RunSet& set, const ResultTable& results);

// Each shown metric over the wall time of a run, one point an arm, with the other costs (runs/arm_costs.h) as further
// axes.
std::vector<Plot> CostPlots(const ReportSpec& spec, const RunSet& set, const ResultTable& results);

// The performance profile of the first shown metric: the share of answers that score above each threshold.
std::vector<Plot> ProfilePlots(const ReportSpec& spec, const RunSet& set);

// Of training (training_plots.cc).

// One learning curve a metric on spec.curve_split: the mean over an arm's seeds at each evaluation, with Student's
// interval over the seeds as the band when there are two or more, and the start as a dashed line where all share one.
// Empty when runs were evaluated once only.
std::vector<Plot> CurvePlots(const ReportSpec& spec, const RunSet& set);

// One plot for each of `wanted`: means over blocks of steps (a step is one batch, and noisy), then over seeds; the band
// is the range of the seeds. Arms without a step or without the series are left out.
std::vector<Plot> SeriesPlots(const ReportSpec& spec, const RunSet& set, const std::vector<SeriesPlot>& wanted);

// spec.rank_series against the rank: its mean over the last quarter of the steps for each arm, and over the first tenth
// of the steps of all arms as the reference. Then, for each of the first arms, some ranks over training. Empty when
// spec.rank_series is, or no run has a step.
std::vector<Plot> RankPlots(const ReportSpec& spec, const RunSet& set);

// Of the importance ratios over training, by unit: token, rank, sequence (ratio_plots.cc).

// Histograms at the start, in the middle and at the end of training: for each unit a figure, in it a panel for each
// arm. From what a run counts (ratio_counts/UNIT, between the edges that its provenance names;
// algorithms/diagnostics.h) between its evaluations, added up over an arm's runs: the first such stretch, the middle
// one and the last. A bin's height is its share of all units, so the heights of a line sum to 1. Arms whose runs record
// none, or not all alike, are left out; of many arms the first are shown.
std::vector<Plot> RatioHistograms(const RunSet& set);

// For each unit that has them, the importance ratios' median with the band from their 5th to their 95th hundredth: the
// spread of the histograms over training. Means over blocks of steps and over seeds.
std::vector<Plot> RatioPlots(const RunSet& set);

}  // namespace suite
