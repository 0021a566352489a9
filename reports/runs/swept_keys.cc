#include "reports/runs/swept_keys.h"

#include <algorithm>
#include <charconv>

#include "reports/runs/arm_scores.h"
#include "reports/statistics/statistics.h"

namespace suite {
namespace {

constexpr size_t kMostMetrics = 2;

}  // namespace

SweptKeys SweptKeysOf(const ReportSpec& spec, const RunSet& set) {
  std::set<std::string> keys;
  for (const ReportRun* run : AllDone(set)) {
    for (const auto& [key, value] : run->config) keys.insert(key);
  }
  keys.erase(spec.seed_key);
  SweptKeys differing;
  for (const std::string& key : keys) {
    std::set<std::string> values;
    for (const ArmRuns& arm : set.arms) {
      if (!arm.done.empty()) values.insert(SettingOf(arm, key));
    }
    if (values.size() > 1) differing[key] = values;
  }
  return differing;
}

std::string SettingOf(const ArmRuns& arm, const std::string& key) {
  const auto found = arm.done[0]->config.find(key);
  return found == arm.done[0]->config.end() ? "not set" : found->second;
}

std::optional<double> NumberOf(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool AreNumbers(const std::set<std::string>& values) {
  return std::all_of(values.begin(), values.end(), [](const std::string& text) { return NumberOf(text).has_value(); });
}

std::optional<double> WallSeconds(const ArmRuns& arm) {
  std::vector<double> seconds;
  for (const ReportRun* run : arm.done) {
    const auto number = NumberOf(FindText(run->record.summary, "wall_s"));
    if (!number) return std::nullopt;
    seconds.push_back(*number);
  }
  if (seconds.empty()) return std::nullopt;
  return Mean(seconds);
}

const ResultCell* CellOf(const ResultTable& results, const std::string& row_name, const std::string& metric) {
  for (const ResultRow& row : results.rows) {
    if (row.name != row_name || !row.source.empty()) continue;
    for (size_t c = 0; c < results.columns.size(); ++c) {
      if (results.columns[c].id == metric && row.cells[c].estimate) return &row.cells[c];
    }
  }
  return nullptr;
}

std::vector<MetricColumn> ShownMetrics(const ReportSpec& spec) {
  std::vector<MetricColumn> shown;
  for (const MetricColumn& metric : spec.metrics) {
    const bool is_compared = std::any_of(spec.comparisons.begin(), spec.comparisons.end(),
                                         [&](const Comparison& one) { return one.metric == metric.id; });
    if (is_compared || (spec.comparisons.empty() && shown.empty())) shown.push_back(metric);
  }
  // The deepest say most: Recall@5, ..., NDCG@10 gives NDCG@5 and NDCG@10.
  if (shown.size() > kMostMetrics) shown.erase(shown.begin(), shown.end() - kMostMetrics);
  return shown;
}

}  // namespace suite
