#include "reports/plots/curves.h"

#include <algorithm>

#include "base/error.h"
#include "reports/runs/arm_scores.h"
#include "reports/statistics/statistics.h"
#include "reports/tables/text_table.h"

namespace suite {
namespace {

constexpr size_t kBlocks = 25;

// One of each seed.
std::vector<double> ValuesAt(const SeedCurves& curves, size_t point) {
  std::vector<double> values;
  for (const std::vector<double>& seed : curves.y) values.push_back(seed[point]);
  return values;
}

}  // namespace

PlotLine LineOf(const std::string& name, const SeedCurves& curves, double confidence) {
  PlotLine line{name, curves.x};
  for (size_t i = 0; i < curves.x.size(); ++i) {
    const std::vector<double> values = ValuesAt(curves, i);
    line.y.push_back(Mean(values));
    const auto interval = StudentInterval(values, confidence);
    if (!interval) continue;
    line.low.push_back(interval->low);
    line.high.push_back(interval->high);
  }
  return line;
}

PlotLine LineWithRange(const std::string& name, const SeedCurves& curves) {
  PlotLine line{name, curves.x};
  for (size_t i = 0; i < curves.x.size(); ++i) {
    const std::vector<double> values = ValuesAt(curves, i);
    line.y.push_back(Mean(values));
    if (values.size() < 2) continue;
    line.low.push_back(*std::min_element(values.begin(), values.end()));
    line.high.push_back(*std::max_element(values.begin(), values.end()));
  }
  return line;
}

std::string BandText(const RunSet& set, const std::string& band) {
  size_t fewest = SIZE_MAX;
  size_t most = 0;
  for (const ArmRuns& arm : set.arms) {
    if (arm.done.empty() || IsCounted(arm)) continue;
    fewest = std::min(fewest, arm.done.size());
    most = std::max(most, arm.done.size());
  }
  if (most < 2) return "One seed an arm, so no band.";
  const std::string count =
      fewest == most ? std::to_string(most) : std::to_string(fewest) + " to " + std::to_string(most);
  return "Mean of " + count + " seeds; band: " + band + ".";
}

std::string StudentBand(const ReportSpec& spec) {
  return "Student's " + Fixed("%.0f", 100 * spec.confidence) + " % interval over seeds";
}

bool AllHave(const std::vector<const ReportRun*>& runs, const std::string& series) {
  return std::all_of(runs.begin(), runs.end(),
                     [&](const ReportRun* run) { return SeriesOf(run->record, series) != nullptr; });
}

SeedCurves BlockCurves(const std::vector<const ReportRun*>& runs, const std::string& name, size_t size, size_t place) {
  SeedCurves curves;
  size_t rows = SIZE_MAX;
  for (const ReportRun* run : runs) {
    const StepSeries& series = FindSeries(run->record, name);
    if (place >= static_cast<size_t>(series.width)) {
      throw InputError(run->record.path, "series '" + name + "' has " + std::to_string(series.width) + " values a step",
                       std::to_string(place + 1) + " or more");
    }
    rows = std::min(rows, run->record.steps.size());
  }
  for (size_t begin = 0; begin < rows; begin += size) {
    curves.x.push_back(static_cast<double>(runs[0]->record.steps[std::min(begin + size, rows) - 1]));
  }
  for (const ReportRun* run : runs) {
    const StepSeries& series = FindSeries(run->record, name);
    const auto width = static_cast<size_t>(series.width);
    curves.y.emplace_back();
    for (size_t begin = 0; begin < rows; begin += size) {
      double sum = 0;
      const size_t end = std::min(begin + size, rows);
      for (size_t row = begin; row < end; ++row) sum += series.values[row * width + place];
      curves.y.back().push_back(sum / static_cast<double>(end - begin));
    }
  }
  return curves;
}

size_t BlockSize(const RunSet& set) {
  size_t most = 0;
  for (const ReportRun* run : AllDone(set)) most = std::max(most, run->record.steps.size());
  return std::max<size_t>(1, (most + kBlocks - 1) / kBlocks);
}

}  // namespace suite
