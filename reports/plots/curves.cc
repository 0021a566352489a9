#include "reports/plots/curves.h"

#include <algorithm>
#include <cstdio>

#include "base/error.h"
#include "reports/runs/arm_scores.h"
#include "reports/statistics/statistics.h"

namespace suite {
namespace {

constexpr size_t kBlocks = 25;

}  // namespace

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
