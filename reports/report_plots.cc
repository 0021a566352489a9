#include "reports/report_plots.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/error.h"
#include "reports/arm_scores.h"
#include "reports/statistics.h"

namespace suite {
namespace {

constexpr size_t kBlocks = 25;

// A value of each seed at each x. The same x for all.
struct SeedCurves {
  std::vector<double> x;
  std::vector<std::vector<double>> y;  // [seed][point]
};

PlotLine LineOf(const std::string& name, const SeedCurves& curves, double confidence) {
  PlotLine line;
  line.name = name;
  line.x = curves.x;
  for (size_t i = 0; i < curves.x.size(); ++i) {
    std::vector<double> values;
    for (const auto& seed : curves.y) values.push_back(seed[i]);
    line.y.push_back(Mean(values));
    const auto interval = StudentInterval(values, confidence);
    if (!interval) continue;
    line.low.push_back(interval->low);
    line.high.push_back(interval->high);
  }
  return line;
}

// The band from the lowest to the highest seed in place of the interval.
void UseRangeAsBand(const SeedCurves& curves, PlotLine* line) {
  line->low.clear();
  line->high.clear();
  for (size_t i = 0; curves.y.size() > 1 && i < curves.x.size(); ++i) {
    double low = curves.y[0][i];
    double high = low;
    for (const auto& seed : curves.y) {
      low = std::min(low, seed[i]);
      high = std::max(high, seed[i]);
    }
    line->low.push_back(low);
    line->high.push_back(high);
  }
}

std::string BandText(const RunSet& set, const std::string& band) {
  size_t fewest = SIZE_MAX;
  size_t most = 0;
  for (const ArmRuns& arm : set.arms) {
    if (arm.done.empty()) continue;
    fewest = std::min(fewest, arm.done.size());
    most = std::max(most, arm.done.size());
  }
  if (most < 2) return "One seed an arm, so no band.";
  const std::string count =
      fewest == most ? std::to_string(most) : std::to_string(fewest) + " to " + std::to_string(most);
  return "Mean of " + count + " seeds; band: " + band + ".";
}

std::string StudentBand(const ReportSpec& spec) {
  char percent[16];
  std::snprintf(percent, sizeof(percent), "%.0f", 100 * spec.confidence);
  return std::string("Student's ") + percent + " % interval over seeds";
}

// The steps at which every run of the arm was evaluated.
std::vector<int64_t> CommonSteps(const std::vector<const ReportRun*>& runs, const std::string& split) {
  std::vector<int64_t> steps = FindScores(runs[0]->record, split).steps;
  for (const ReportRun* run : runs) {
    const std::vector<int64_t>& other = FindScores(run->record, split).steps;
    std::vector<int64_t> both;
    std::set_intersection(steps.begin(), steps.end(), other.begin(), other.end(), std::back_inserter(both));
    steps = both;
  }
  return steps;
}

double MeanScore(const ReportRun& run, const std::string& split, const std::string& metric, int64_t step) {
  const ScoreTable& table = FindScores(run.record, split);
  const size_t m = FindMetric(run.record, table, metric);
  const auto row = std::lower_bound(table.steps.begin(), table.steps.end(), step) - table.steps.begin();
  double sum = 0;
  for (size_t c = 0; c < table.conversation_ids.size(); ++c) sum += table.At(static_cast<size_t>(row), m, c);
  return sum / static_cast<double>(table.conversation_ids.size());
}

SeedCurves ScoreCurves(const std::vector<const ReportRun*>& runs, const std::string& split, const std::string& metric) {
  SeedCurves curves;
  const std::vector<int64_t> steps = CommonSteps(runs, split);
  curves.x.assign(steps.begin(), steps.end());
  for (const ReportRun* run : runs) {
    curves.y.emplace_back();
    for (int64_t step : steps) curves.y.back().push_back(MeanScore(*run, split, metric, step));
  }
  return curves;
}

// The level of the start, from the first arm's step 0 to the last step of any.
void AddReference(const ReportSpec& spec, Plot* plot) {
  if (spec.baseline.empty() || plot->lines.empty() || plot->lines[0].x.empty() || plot->lines[0].x[0] != 0) return;
  double last = 0;
  for (const PlotLine& line : plot->lines) last = std::max(last, line.x.back());
  PlotLine reference;
  reference.name = spec.baseline;
  reference.x = {0, last};
  reference.y = {plot->lines[0].y[0], plot->lines[0].y[0]};
  reference.is_reference = true;
  plot->lines.insert(plot->lines.begin(), reference);
}

Plot CurvePlot(const ReportSpec& spec, const RunSet& set, const MetricColumn& metric) {
  Plot plot;
  plot.file_stem = "curve_" + ToFileStem(metric.id);
  plot.title = metric.title + ", " + spec.curve_split;
  plot.x_label = "RL step";
  plot.y_label = metric.title;
  size_t conversations = 0;
  for (const ArmRuns& arm : set.arms) {
    if (arm.done.empty()) continue;
    conversations = FindScores(arm.done[0]->record, spec.curve_split).conversation_ids.size();
    if (conversations == 0 || CommonSteps(arm.done, spec.curve_split).empty()) continue;
    plot.lines.push_back(LineOf(arm.arm.name, ScoreCurves(arm.done, spec.curve_split, metric.id), spec.confidence));
  }
  AddReference(spec, &plot);
  plot.description = metric.title + " on the " + spec.curve_split + " split (" + std::to_string(conversations) +
                     " conversations) during training. " + BandText(set, StudentBand(spec));
  return plot;
}

// Means over blocks of `size` rows; x is the last step of the block.
SeedCurves BlockCurves(const std::vector<const ReportRun*>& runs, const std::string& name, size_t size) {
  SeedCurves curves;
  size_t rows = SIZE_MAX;
  for (const ReportRun* run : runs) {
    const StepSeries& series = FindSeries(run->record, name);
    if (series.width != 1) throw InputError(run->record.path, "series '" + name + "' is a vector", "a scalar series");
    rows = std::min(rows, run->record.steps.size());
  }
  for (size_t begin = 0; begin < rows; begin += size) {
    curves.x.push_back(static_cast<double>(runs[0]->record.steps[std::min(begin + size, rows) - 1]));
  }
  for (const ReportRun* run : runs) {
    const std::vector<double>& values = FindSeries(run->record, name).values;
    curves.y.emplace_back();
    for (size_t begin = 0; begin < rows; begin += size) {
      const auto end = values.begin() + static_cast<long>(std::min(begin + size, rows));
      curves.y.back().push_back(Mean({values.begin() + static_cast<long>(begin), end}));
    }
  }
  return curves;
}

size_t BlockSize(const RunSet& set) {
  size_t most = 0;
  for (const ReportRun* run : AllDone(set)) most = std::max(most, run->record.steps.size());
  return std::max<size_t>(1, (most + kBlocks - 1) / kBlocks);
}

Plot SeriesPlotOf(const ReportSpec& spec, const RunSet& set, const SeriesPlot& wanted) {
  Plot plot;
  plot.file_stem = "series_" + ToFileStem(wanted.series);
  plot.title = wanted.title;
  plot.x_label = "RL step";
  plot.y_label = wanted.y_label;
  const size_t size = BlockSize(set);
  for (const ArmRuns& arm : set.arms) {
    if (arm.done.empty()) continue;
    const SeedCurves curves = BlockCurves(arm.done, wanted.series, size);
    if (curves.x.empty()) continue;
    plot.lines.push_back(LineOf(arm.arm.name, curves, spec.confidence));
    UseRangeAsBand(curves, &plot.lines.back());
  }
  plot.description = wanted.title + " (" + wanted.series + "); each point is the mean of " + std::to_string(size) +
                     (size == 1 ? " step. " : " steps. ") + BandText(set, "the range of the seeds");
  return plot;
}

// Means of a vector series over the rows [begin, end).
std::vector<double> MeanByRank(const ReportRun& run, const std::string& name, size_t begin, size_t end) {
  const StepSeries& series = FindSeries(run.record, name);
  const size_t width = static_cast<size_t>(series.width);
  std::vector<double> means;
  for (size_t k = 0; k < width; ++k) {
    std::vector<double> values;
    for (size_t r = begin; r < end; ++r) values.push_back(series.values[r * width + k]);
    means.push_back(Mean(values));
  }
  return means;
}

SeedCurves RankCurves(const std::vector<const ReportRun*>& runs, const std::string& name, bool at_start) {
  SeedCurves curves;
  for (const ReportRun* run : runs) {
    const size_t rows = run->record.steps.size();
    if (rows == 0) continue;
    const size_t begin = at_start ? 0 : rows - std::max<size_t>(1, rows / 4);
    const size_t end = at_start ? std::max<size_t>(1, rows / 10) : rows;
    curves.y.push_back(MeanByRank(*run, name, begin, end));
    if (curves.y.back().size() != curves.y[0].size()) {
      throw InputError(run->record.path, "series '" + name + "' has another length than in " + runs[0]->record.path);
    }
  }
  for (size_t k = 1; !curves.y.empty() && k <= curves.y[0].size(); ++k) curves.x.push_back(static_cast<double>(k));
  return curves;
}

}  // namespace

std::vector<Plot> CurvePlots(const ReportSpec& spec, const RunSet& set) {
  std::vector<Plot> plots;
  for (const MetricColumn& metric : spec.metrics) {
    const Plot plot = CurvePlot(spec, set, metric);
    size_t most = 0;
    for (const PlotLine& line : plot.lines) most = std::max(most, line.is_reference ? 0 : line.x.size());
    if (most > 1) plots.push_back(plot);
  }
  return plots;
}

std::vector<Plot> SeriesPlots(const ReportSpec& spec, const RunSet& set) {
  std::vector<Plot> plots;
  for (const SeriesPlot& wanted : spec.series_plots) {
    const Plot plot = SeriesPlotOf(spec, set, wanted);
    if (!plot.lines.empty()) plots.push_back(plot);
  }
  return plots;
}

std::vector<Plot> RankPlots(const ReportSpec& spec, const RunSet& set) {
  if (spec.rank_series.empty() || AllDone(set).empty()) return {};
  Plot plot;
  plot.file_stem = ToFileStem(spec.rank_series);
  plot.title = "Reward by rank, training samples";
  plot.x_label = "Rank in the list";
  plot.y_label = "Mean reward";
  const SeedCurves start = RankCurves(AllDone(set), spec.rank_series, true);
  if (start.x.empty()) return {};
  PlotLine reference = LineOf("start", start, spec.confidence);
  reference.low.clear();
  reference.high.clear();
  reference.is_reference = true;
  plot.lines.push_back(reference);
  for (const ArmRuns& arm : set.arms) {
    if (arm.done.empty()) continue;
    const SeedCurves curves = RankCurves(arm.done, spec.rank_series, false);
    if (!curves.x.empty()) plot.lines.push_back(LineOf(arm.arm.name, curves, spec.confidence));
  }
  plot.description = "Mean of " + spec.rank_series +
                     " over the last quarter of the steps; start: over the first tenth of the steps of all arms. " +
                     BandText(set, StudentBand(spec));
  return {plot};
}

}  // namespace suite
