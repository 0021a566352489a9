#include "reports/plots/report_plots.h"

#include <algorithm>

#include "base/error.h"
#include "reports/plots/curves.h"
#include "reports/runs/arm_scores.h"
#include "reports/statistics/statistics.h"

namespace suite {
namespace {

// Sweeps with more arms show the ranks' end only.
constexpr size_t kMostRankPlots = 6;

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

SeedCurves ScoreCurves(const std::vector<const ReportRun*>& runs, const std::string& split, const std::string& metric) {
  SeedCurves curves;
  const std::vector<int64_t> steps = CommonSteps(runs, split);
  curves.x.assign(steps.begin(), steps.end());
  for (const ReportRun* run : runs) {
    const ScoreTable& table = FindScores(run->record, split);
    const size_t m = FindMetric(run->record, table, metric);
    curves.y.emplace_back();
    for (int64_t step : steps) {
      const auto row = std::lower_bound(table.steps.begin(), table.steps.end(), step) - table.steps.begin();
      curves.y.back().push_back(MeanScore(table, static_cast<size_t>(row), m));
    }
  }
  return curves;
}

// The level of the start, from step 0 to the last step of any arm, where all runs share it.
void AddReference(const ReportSpec& spec, const RunSet& set, Plot* plot) {
  const auto runs = AllWithStart(set, spec.curve_split);
  if (spec.baseline.empty() || runs.empty() || !ShareOneStart(runs, spec.curve_split)) return;
  const auto first = std::find_if(plot->lines.begin(), plot->lines.end(),
                                  [](const PlotLine& line) { return line.x.size() > 1 && line.x[0] == 0; });
  if (first == plot->lines.end()) return;
  double last = 0;
  for (const PlotLine& line : plot->lines) last = std::max(last, line.x.back());
  const PlotLine reference{spec.baseline, {0, last}, {first->y[0], first->y[0]}, {}, {}, /*is_reference=*/true};
  plot->lines.insert(plot->lines.begin(), reference);
}

// What a series adds up to by each of the steps, as the mean over the runs; empty when one of them lacks it.
std::vector<double> SumsUpTo(const std::vector<const ReportRun*>& runs, const std::vector<double>& steps,
                             const std::vector<std::string>& names) {
  std::vector<double> sums(steps.size(), 0.0);
  for (const ReportRun* run : runs) {
    for (const std::string& name : names) {
      const StepSeries* series = SeriesOf(run->record, name);
      if (!series || series->width != 1) return {};
      double sum = 0;
      size_t row = 0;
      for (size_t i = 0; i < steps.size(); ++i) {
        for (; row < run->record.steps.size() && static_cast<double>(run->record.steps[row]) <= steps[i]; ++row) {
          sum += series->values[row];
        }
        sums[i] += sum / static_cast<double>(runs.size());
      }
    }
  }
  return sums;
}

// Tokens (of prompts and answers; of answers) and seconds of training up to each point: the page offers them in place
// of steps.
void AddOtherAxes(const std::vector<const ReportRun*>& runs, PlotLine* line) {
  std::vector<std::string> times = {"step_s"};
  if (AllHave(runs, "harness_s")) times.push_back("harness_s");
  const auto add = [&](const char* label, const std::vector<std::string>& names) {
    const std::vector<double> sums = SumsUpTo(runs, line->x, names);
    if (!sums.empty()) line->other_x.emplace_back(label, sums);
  };
  add("Tokens", {"tokens"});
  add("Sampled tokens", {"rollout_tokens"});
  add("Seconds of training", times);
}

Plot CurvePlot(const ReportSpec& spec, const RunSet& set, const MetricColumn& metric) {
  Plot plot{"curve_" + ToFileStem(metric.id), metric.title + ", " + spec.curve_split, "RL step", metric.title};
  size_t conversations = 0;
  for (const ArmRuns& arm : set.arms) {
    if (arm.done.empty() || IsCounted(arm)) continue;
    conversations = FindScores(arm.done[0]->record, spec.curve_split).conversation_ids.size();
    if (conversations == 0 || CommonSteps(arm.done, spec.curve_split).empty()) continue;
    plot.lines.push_back(LineOf(arm.arm.name, ScoreCurves(arm.done, spec.curve_split, metric.id), spec.confidence));
    AddOtherAxes(arm.done, &plot.lines.back());
  }
  AddReference(spec, set, &plot);
  plot.description = metric.title + " on the " + spec.curve_split + " split (" + std::to_string(conversations) +
                     " conversations) during training. " + BandText(set, StudentBand(spec));
  return plot;
}

Plot SeriesPlotOf(const ReportSpec& spec, const RunSet& set, const SeriesPlot& wanted) {
  Plot plot{"series_" + ToFileStem(wanted.series), wanted.title, "RL step", wanted.y_label};
  const size_t size = BlockSize(set);
  for (const ArmRuns& arm : set.arms) {
    // Arms that were never trained have no series at all.
    if (arm.done.empty() || arm.done[0]->record.steps.empty()) continue;
    if (!AllHave(arm.done, wanted.series)) continue;
    const StepSeries& series = FindSeries(arm.done[0]->record, wanted.series);
    if (series.width != 1) {
      throw InputError(arm.done[0]->record.path, "series '" + wanted.series + "' is a vector", "a scalar series");
    }
    const SeedCurves curves = BlockCurves(arm.done, wanted.series, size);
    if (curves.x.empty()) continue;
    plot.lines.push_back(LineWithRange(arm.arm.name, curves));
  }
  plot.description = wanted.title + " (" + wanted.series + "); each point is the mean of " + Counted(size, "step") +
                     ". " + BandText(set, "the range of the seeds");
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

// The first ranks, three quarters down the list, and the last: 1, 2, 5, 15, 20 of 20; 1, 2, 5, 8, 10 of 10.
std::vector<size_t> ShownRanks(size_t width) {
  std::vector<size_t> shown;
  for (size_t rank : {size_t{1}, size_t{2}, size_t{5}, (3 * width + 3) / 4, width}) {
    if (rank >= 1 && rank <= width && (shown.empty() || rank > shown.back())) shown.push_back(rank);
  }
  return shown;
}

// Reward at some ranks over training: do the deep ranks rise first and then give way (the paper's figures 2 and 3)?
Plot RanksOverTraining(const ReportSpec& spec, const RunSet& set, const ArmRuns& arm) {
  Plot plot{ToFileStem(spec.rank_series) + "_over_training_" + ToFileStem(arm.arm.value),
            "Reward by rank over training, " + arm.arm.name, "RL step", "Mean reward"};
  const size_t size = BlockSize(set);
  const auto width = static_cast<size_t>(FindSeries(arm.done[0]->record, spec.rank_series).width);
  for (size_t rank : ShownRanks(width)) {
    const SeedCurves curves = BlockCurves(arm.done, spec.rank_series, size, rank - 1);
    plot.lines.push_back(LineWithRange("rank " + std::to_string(rank), curves));
  }
  plot.description = "Reward of the training samples of " + arm.arm.name +
                     " at some ranks; each point is the mean of " + Counted(size, "step") + ". " +
                     BandText(set, "the range of the seeds");
  return plot;
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

std::vector<Plot> SeriesPlots(const ReportSpec& spec, const RunSet& set, const std::vector<SeriesPlot>& wanted) {
  std::vector<Plot> plots;
  for (const SeriesPlot& one : wanted) {
    const Plot plot = SeriesPlotOf(spec, set, one);
    if (!plot.lines.empty()) plots.push_back(plot);
  }
  return plots;
}

std::vector<Plot> RankPlots(const ReportSpec& spec, const RunSet& set) {
  if (spec.rank_series.empty() || AllDone(set).empty()) return {};
  Plot plot{ToFileStem(spec.rank_series), "Reward by rank, training samples", "Rank in the list", "Mean reward"};
  const SeedCurves start = RankCurves(AllDone(set), spec.rank_series, true);
  if (start.x.empty()) return {};
  plot.lines.push_back({"start", start.x, LineOf("", start, spec.confidence).y, {}, {}, /*is_reference=*/true});
  for (const ArmRuns& arm : set.arms) {
    if (arm.done.empty()) continue;
    const SeedCurves curves = RankCurves(arm.done, spec.rank_series, false);
    if (!curves.x.empty()) plot.lines.push_back(LineOf(arm.arm.name, curves, spec.confidence));
  }
  plot.description = "Mean of " + spec.rank_series +
                     " over the last quarter of the steps; start: over the first tenth of the steps of all arms. " +
                     BandText(set, StudentBand(spec));
  std::vector<Plot> plots = {plot};
  size_t arms = 0;
  for (const ArmRuns& arm : set.arms) {
    if (arm.done.empty() || arm.done[0]->record.steps.empty() || ++arms > kMostRankPlots) continue;
    plots.push_back(RanksOverTraining(spec, set, arm));
  }
  return plots;
}

}  // namespace suite
