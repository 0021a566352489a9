#include "reports/plots/report_plots.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "reports/plots/curves.h"
#include "reports/runs/arm_costs.h"
#include "reports/runs/arm_scores.h"
#include "reports/runs/settings.h"
#include "reports/statistics/aggregate.h"
#include "reports/statistics/statistics.h"

namespace suite {
namespace {

constexpr size_t kMostScalingKeys = 3;
constexpr int kThresholds = 20;

std::string IntervalText(const ReportSpec& spec) {
  return std::to_string(static_cast<int>(100 * spec.confidence + 0.5)) + "\u00a0% interval";
}

void AddPoint(double x, const Estimate& estimate, PlotLine* line) {
  line->x.push_back(x);
  line->y.push_back(estimate.mean);
  // One conversation of one seed gives no interval.
  line->low.push_back(std::isfinite(estimate.interval.low) ? estimate.interval.low : estimate.mean);
  line->high.push_back(std::isfinite(estimate.interval.high) ? estimate.interval.high : estimate.mean);
}

bool SpansOctaves(const std::set<std::string>& values) {
  double low = *NumberOf(*values.begin());
  double high = low;
  for (const std::string& value : values) {
    low = std::min(low, *NumberOf(value));
    high = std::max(high, *NumberOf(value));
  }
  return low > 0 && high / low >= 4;
}

// What is drawn over a key: a metric of the results, or a cost by its stem and label.
struct ScaledValue {
  const MetricColumn* metric = nullptr;
  Cost cost;
};

// The costs that all of these arms have, as further axes of a line with a point for each.
void AddCostAxes(const std::vector<const ArmRuns*>& arms, PlotLine* line) {
  std::map<std::string, std::vector<double>> values;
  for (const ArmRuns* arm : arms) {
    for (const Cost& cost : CostsOf(*arm)) values[cost.label].push_back(cost.value);
  }
  for (const Cost& cost : CostsOf(*arms[0])) {
    if (values[cost.label].size() == arms.size()) line->other_x.emplace_back(cost.label, values[cost.label]);
  }
}

PlotLine ScalingLine(const std::string& name, const std::vector<const ArmRuns*>& arms, const std::string& key,
                     const ScaledValue& what, const ResultTable& results) {
  PlotLine line{name};
  std::vector<const ArmRuns*> shown;
  for (const ArmRuns* arm : arms) {
    const double x = *NumberOf(SettingOf(arm->done[0]->config, key));
    const ResultCell* cell = what.metric ? CellOf(results, arm->arm.name, what.metric->id) : nullptr;
    const std::vector<Cost> costs = CostsOf(*arm);
    const Cost* cost = what.metric ? nullptr : FindCost(costs, what.cost.stem);
    if (!cell && !cost) continue;
    shown.push_back(arm);
    if (cell) AddPoint(x, *cell->estimate, &line);
    if (!cost) continue;
    line.x.push_back(x);
    line.y.push_back(cost->value);
  }
  if (what.metric && !shown.empty()) AddCostAxes(shown, &line);
  return line;
}

Plot ScalingPlot(const ReportSpec& spec, const std::string& key, const ScaledValue& what,
                 const DifferingSettings& differing, const RunSet& set, const ResultTable& results) {
  const MetricColumn* metric = what.metric;
  const std::string label = metric ? metric->title : what.cost.label;
  Plot plot{"scaling_" + ToFileStem(key) + "_" + (metric ? ToFileStem(metric->id) : what.cost.stem),
            label + " over " + key, key, label};
  plot.log_x = SpansOctaves(differing.at(key));
  std::map<std::string, std::vector<const ArmRuns*>> lines;  // by the setting of the other keys that differ
  for (const ArmRuns* arm : ArmsAlong(set, key)) {
    const std::string name = LabelOf(arm->done[0]->config, differing, key);
    lines[name.empty() ? key : name].push_back(arm);
  }
  for (const auto& [name, arms] : lines) {
    const PlotLine line = ScalingLine(name, arms, key, what, results);
    if (line.x.size() > 1) plot.lines.push_back(line);
  }
  plot.description =
      plot.title + ", one point an arm" +
      (metric ? ", with its " + IntervalText(spec) + " (" + spec.split + " split)." : ", mean over its runs.");
  return plot;
}

// The wall time, and what else some arm has and is not the same for all.
std::vector<Cost> DifferingCosts(const RunSet& set) {
  std::vector<Cost> differing;
  std::map<std::string, std::set<double>> values;
  for (const ArmRuns& arm : set.arms) {
    for (const Cost& cost : CostsOf(arm)) {
      values[cost.stem].insert(cost.value);
      if (!FindCost(differing, cost.stem)) differing.push_back(cost);
    }
  }
  differing.erase(
      std::remove_if(differing.begin(), differing.end(),
                     [&](const Cost& cost) { return cost.stem != "wall_s" && values[cost.stem].size() < 2; }),
      differing.end());
  return differing;
}

}  // namespace

std::vector<Plot> ForestPlots(const ReportSpec& spec, const std::vector<ComparedPair>& pairs) {
  std::vector<Plot> plots;
  for (const MetricColumn& metric : ShownMetrics(spec)) {
    Plot plot{"effects_" + ToFileStem(metric.id), "Effects on " + metric.title + ", " + spec.split, "Left minus right"};
    plot.kind = PlotKind::kForest;
    plot.description = plot.title + ": each comparison's difference with the interval at the level of its test.";
    PlotLine line{metric.title};
    for (const ComparedPair& pair : pairs) {
      if (pair.comparison.metric != metric.id || pair.seeds == 0) continue;
      AddPoint(static_cast<double>(plot.categories.size()), pair.difference, &line);
      plot.categories.push_back(pair.left_name + " against " + pair.right_name);
    }
    plot.lines = {line};
    if (!plot.categories.empty()) plots.push_back(plot);
  }
  return plots;
}

std::vector<Plot> BarPlots(const ReportSpec& spec, const ResultTable& results) {
  std::vector<Plot> plots;
  for (const MetricColumn& metric : ShownMetrics(spec)) {
    Plot plot{"bars_" + ToFileStem(metric.id), metric.title + ", " + spec.split, "", metric.title};
    plot.kind = PlotKind::kBars;
    plot.description = plot.title + ": final mean of each arm with its " + IntervalText(spec) + ".";
    PlotLine line{metric.title};
    for (const ResultRow& row : results.rows) {
      const ResultCell* cell = row.source.empty() ? CellOf(results, row.name, metric.id) : nullptr;
      if (!cell) continue;
      AddPoint(static_cast<double>(plot.categories.size()), *cell->estimate, &line);
      plot.categories.push_back(row.name);
    }
    plot.lines = {line};
    if (plot.categories.size() > 1) plots.push_back(plot);
  }
  return plots;
}

std::vector<Plot> ScalingPlots(const ReportSpec& spec, const RunSet& set, const ResultTable& results) {
  std::vector<Plot> plots;
  const DifferingSettings differing = SweptSettings(spec, set);
  const std::vector<MetricColumn> metrics = ShownMetrics(spec);
  size_t keys = 0;
  for (const auto& [key, values] : differing) {
    if (!AreNumbers(values) || keys >= kMostScalingKeys) continue;
    std::vector<Plot> of_key;
    for (const MetricColumn& metric : metrics) {
      of_key.push_back(ScalingPlot(spec, key, {&metric, {}}, differing, set, results));
    }
    for (const Cost& cost : DifferingCosts(set)) {
      of_key.push_back(ScalingPlot(spec, key, {nullptr, cost}, differing, set, results));
    }
    const size_t before = plots.size();
    std::copy_if(of_key.begin(), of_key.end(), std::back_inserter(plots),
                 [](const Plot& plot) { return !plot.lines.empty(); });
    keys += plots.size() > before;
  }
  return plots;
}

std::vector<Plot> CostPlots(const ReportSpec& spec, const RunSet& set, const ResultTable& results) {
  std::vector<Plot> plots;
  for (const MetricColumn& metric : ShownMetrics(spec)) {
    Plot plot{"cost_" + ToFileStem(metric.id), "Cost against quality, " + metric.title, "", metric.title};
    plot.kind = PlotKind::kPoints;
    for (const ArmRuns& arm : set.arms) {
      const ResultCell* cell = CellOf(results, arm.arm.name, metric.id);
      const std::vector<Cost> costs = CostsOf(arm);
      const Cost* wall = FindCost(costs, "wall_s");
      if (!cell || !wall) continue;
      plot.x_label = wall->label;
      PlotLine line{arm.arm.name};
      AddPoint(wall->value, *cell->estimate, &line);
      for (const Cost& cost : costs) {
        if (cost.stem != wall->stem) line.other_x.push_back({cost.label, {cost.value}});
      }
      plot.lines.push_back(line);
    }
    plot.description = "Final " + metric.title + " (" + spec.split + " split, " + IntervalText(spec) +
                       ") over the mean wall time of an arm's runs; other costs are in the data, and to choose on the "
                       "page.";
    if (plot.lines.size() > 1) plots.push_back(plot);
  }
  return plots;
}

std::vector<Plot> ProfilePlots(const ReportSpec& spec, const RunSet& set) {
  const std::vector<MetricColumn> metrics = ShownMetrics(spec);
  if (metrics.empty()) return {};
  const MetricColumn& metric = metrics.back();
  std::vector<double> thresholds;
  for (int i = 0; i <= kThresholds; ++i) thresholds.push_back(static_cast<double>(i) / kThresholds);
  Plot plot{"profile_" + ToFileStem(metric.id), "Performance profile, " + metric.title, metric.title + " above",
            "Share of conversations"};
  for (const ArmRuns& arm : set.arms) {
    if (arm.done.empty()) continue;
    SeedCurves curves;
    curves.x = thresholds;
    for (const ReportRun* run : arm.done) {
      curves.y.push_back(PerformanceProfile(FinalScores({run}, spec.split, metric.id), thresholds));
    }
    plot.lines.push_back(LineOf(arm.arm.name, curves, spec.confidence));
  }
  plot.description = "The share of conversations (" + spec.split + " split) whose answer scores above each value. " +
                     BandText(set, StudentBand(spec));
  if (plot.lines.empty()) return {};
  return {plot};
}

}  // namespace suite
