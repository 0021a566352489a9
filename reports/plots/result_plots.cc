#include "reports/plots/result_plots.h"

#include <algorithm>
#include <map>
#include <set>

#include "reports/plots/cost_axes.h"
#include "reports/plots/curves.h"
#include "reports/runs/arm_scores.h"
#include "reports/runs/swept_keys.h"
#include "reports/statistics/aggregate.h"
#include "reports/statistics/statistics.h"

namespace suite {
namespace {

constexpr size_t kMostScalingKeys = 3;
constexpr int kThresholds = 20;

std::string IntervalText(const ReportSpec& spec) {
  return std::to_string(static_cast<int>(100 * spec.confidence + 0.5)) + "\u00a0% bootstrap interval";
}

void AddPoint(double x, const Estimate& estimate, PlotLine* line) {
  line->x.push_back(x);
  line->y.push_back(estimate.mean);
  line->low.push_back(estimate.interval.low);
  line->high.push_back(estimate.interval.high);
}

// Arms in the order of their number under `key`, by the setting of the other keys that differ.
std::map<std::string, std::vector<std::pair<double, const ArmRuns*>>> ArmsAlong(const std::string& key,
                                                                                const SweptKeys& differing,
                                                                                const RunSet& set) {
  std::map<std::string, std::vector<std::pair<double, const ArmRuns*>>> lines;
  for (const ArmRuns& arm : set.arms) {
    if (arm.done.empty()) continue;
    std::string name;
    for (const auto& [other, values] : differing) {
      if (other == key) continue;
      name += (name.empty() ? "" : ", ") + other.substr(other.rfind('.') + 1) + " " + SettingOf(arm, other);
    }
    lines[name.empty() ? key : name].emplace_back(*NumberOf(SettingOf(arm, key)), &arm);
  }
  for (auto& [name, arms] : lines) {
    std::stable_sort(arms.begin(), arms.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  }
  return lines;
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

const Cost* FindCost(const std::vector<Cost>& costs, const std::string& stem) {
  const auto found = std::find_if(costs.begin(), costs.end(), [&](const Cost& cost) { return cost.stem == stem; });
  return found == costs.end() ? nullptr : &*found;
}

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

PlotLine ScalingLine(const std::string& name, const std::vector<std::pair<double, const ArmRuns*>>& arms,
                     const ScaledValue& what, const ResultTable& results) {
  PlotLine line;
  line.name = name;
  std::vector<const ArmRuns*> shown;
  for (const auto& [x, arm] : arms) {
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

Plot ScalingPlot(const ReportSpec& spec, const std::string& key, const ScaledValue& what, const SweptKeys& differing,
                 const RunSet& set, const ResultTable& results) {
  Plot plot;
  const MetricColumn* metric = what.metric;
  plot.file_stem = "scaling_" + ToFileStem(key) + "_" + (metric ? ToFileStem(metric->id) : what.cost.stem);
  plot.y_label = metric ? metric->title : what.cost.label;
  plot.title = plot.y_label + " over " + key;
  plot.x_label = key;
  plot.log_x = SpansOctaves(differing.at(key));
  for (const auto& [name, arms] : ArmsAlong(key, differing, set)) {
    const PlotLine line = ScalingLine(name, arms, what, results);
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
    Plot plot;
    plot.kind = PlotKind::kForest;
    plot.file_stem = "effects_" + ToFileStem(metric.id);
    plot.title = "Effects on " + metric.title + ", " + spec.split;
    plot.x_label = "Left minus right";
    plot.description = plot.title + ": each comparison's difference with its paired " + IntervalText(spec) + ".";
    PlotLine line;
    line.name = metric.title;
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
    Plot plot;
    plot.kind = PlotKind::kBars;
    plot.file_stem = "bars_" + ToFileStem(metric.id);
    plot.title = metric.title + ", " + spec.split;
    plot.y_label = metric.title;
    plot.description = plot.title + ": final mean of each arm with its " + IntervalText(spec) + ".";
    PlotLine line;
    line.name = metric.title;
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
  const auto differing = SweptKeysOf(spec, set);
  std::vector<MetricColumn> metrics = ShownMetrics(spec);
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
    of_key.erase(std::remove_if(of_key.begin(), of_key.end(), [](const Plot& plot) { return plot.lines.empty(); }),
                 of_key.end());
    keys += !of_key.empty();
    std::move(of_key.begin(), of_key.end(), std::back_inserter(plots));
  }
  return plots;
}

std::vector<Plot> CostPlots(const ReportSpec& spec, const RunSet& set, const ResultTable& results) {
  std::vector<Plot> plots;
  for (const MetricColumn& metric : ShownMetrics(spec)) {
    Plot plot;
    plot.kind = PlotKind::kPoints;
    plot.file_stem = "cost_" + ToFileStem(metric.id);
    plot.title = "Cost against quality, " + metric.title;
    plot.y_label = metric.title;
    for (const ArmRuns& arm : set.arms) {
      const ResultCell* cell = CellOf(results, arm.arm.name, metric.id);
      const std::vector<Cost> costs = CostsOf(arm);
      const Cost* wall = FindCost(costs, "wall_s");
      if (!cell || !wall) continue;
      plot.x_label = wall->label;
      PlotLine line;
      line.name = arm.arm.name;
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
  Plot plot;
  plot.file_stem = "profile_" + ToFileStem(metric.id);
  plot.title = "Performance profile, " + metric.title;
  plot.x_label = metric.title + " above";
  plot.y_label = "Share of conversations";
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
