#include "reports/runs/arm_costs.h"

#include <algorithm>
#include <functional>
#include <optional>

#include "reports/runs/arm_scores.h"
#include "reports/runs/settings.h"
#include "reports/statistics/statistics.h"

namespace suite {
namespace {

using Measure = std::function<std::optional<double>(const ReportRun&)>;

std::optional<double> WallOf(const ReportRun& run) { return NumberOf(FindText(run.record.summary, "wall_s")); }

std::optional<double> SumOf(const ReportRun& run, const std::string& series) {
  const StepSeries* recorded = SeriesOf(run.record, series);
  if (!recorded || run.record.steps.empty()) return std::nullopt;
  double sum = 0;
  for (double value : recorded->values) sum += value;
  return sum;
}

// Of all processes together, when each takes as long as the first.
std::optional<double> ProcessHours(const ReportRun& run, const std::string& series) {
  const auto seconds = SumOf(run, series);
  if (!seconds) return std::nullopt;
  return *seconds / 3600 * NumberOf(FindText(run.record.provenance, "world_size", "1")).value_or(1);
}

std::optional<double> GpuHours(const ReportRun& run) {
  if (FindText(run.record.provenance, "device").compare(0, 4, "cuda") != 0) return std::nullopt;
  return ProcessHours(run, "step_s");
}

std::optional<double> MeanOf(const ArmRuns& arm, const Measure& measure) {
  std::vector<double> values;
  for (const ReportRun* run : arm.done) {
    const auto value = measure(*run);
    if (!value) return std::nullopt;
    values.push_back(*value);
  }
  if (values.empty()) return std::nullopt;
  return Mean(values);
}

}  // namespace

std::vector<Cost> CostsOf(const ArmRuns& arm) {
  const auto sum = [](const char* series) { return [series](const ReportRun& run) { return SumOf(run, series); }; };
  struct Named {
    const char* label;
    const char* stem;
    Measure measure;
  };
  const std::vector<Named> measures = {
      {"Wall time of a run, s", "wall_s", WallOf},
      {"Sampled tokens of a run", "rollout_tokens", sum("rollout_tokens")},
      {"Tokens of a run, prompts included", "tokens", sum("tokens")},
      {"Processor hours of training", "processor_h",
       [](const ReportRun& run) { return ProcessHours(run, "processor_s"); }},
      {"GPU hours of training", "gpu_h", GpuHours},
  };
  std::vector<Cost> costs;
  for (const Named& named : measures) {
    const auto value = MeanOf(arm, named.measure);
    if (value) costs.push_back({named.label, named.stem, *value});
  }
  return costs;
}

const Cost* FindCost(const std::vector<Cost>& costs, const std::string& stem) {
  const auto found = std::find_if(costs.begin(), costs.end(), [&](const Cost& cost) { return cost.stem == stem; });
  return found == costs.end() ? nullptr : &*found;
}

}  // namespace suite
