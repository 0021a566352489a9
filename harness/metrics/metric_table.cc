#include "harness/metrics/metric_table.h"

#include <algorithm>
#include <cstdlib>

namespace suite {
namespace {

const std::vector<Metric>& Rows() {
  static const auto* const kRows = new std::vector<Metric>{
#define METRIC(id, title, higher_is_better, function) {id, title, higher_is_better, false},
#define METRIC_AT(id, title, higher_is_better, function) {id, title, higher_is_better, true},
#include "harness/metrics/metrics.def"
  };
  return *kRows;
}

struct SeriesRow {
  SeriesPlot plot;
  std::string heading;
};

const std::vector<SeriesRow>& SeriesRows() {
  static const auto* const kRows = new std::vector<SeriesRow>{
#define SERIES(id, title, unit, heading) {{id, title, unit}, heading},
#include "harness/metrics/metrics.def"
  };
  return *kRows;
}

Metric AtCutoff(Metric metric, int64_t k) {
  metric.id += "@" + std::to_string(k);
  metric.title += "@" + std::to_string(k);
  return metric;
}

}  // namespace

std::vector<Metric> MetricsAt(const std::vector<int64_t>& cutoffs) {
  std::vector<Metric> metrics;
  for (const Metric& row : Rows()) {
    if (!row.has_cutoff) metrics.push_back(row);
    for (const int64_t k : cutoffs) {
      if (row.has_cutoff) metrics.push_back(AtCutoff(row, k));
    }
  }
  return metrics;
}

std::vector<std::string> MetricNames(const std::vector<int64_t>& cutoffs) {
  std::vector<std::string> names;
  for (const Metric& metric : MetricsAt(cutoffs)) names.push_back(metric.id);
  return names;
}

std::optional<Metric> KnownMetric(const std::string& id) {
  const size_t at = id.find('@');
  const int64_t k = at == std::string::npos ? 0 : std::atoll(id.c_str() + at + 1);
  for (const Metric& metric : MetricsAt(k > 0 ? std::vector<int64_t>{k} : std::vector<int64_t>{})) {
    if (metric.id == id) return metric;
  }
  return std::nullopt;
}

std::vector<std::string> SeriesHeadings() {
  std::vector<std::string> headings;
  for (const SeriesRow& row : SeriesRows()) {
    if (std::find(headings.begin(), headings.end(), row.heading) == headings.end()) headings.push_back(row.heading);
  }
  return headings;
}

std::vector<SeriesPlot> SeriesUnder(const std::string& heading) {
  std::vector<SeriesPlot> series;
  for (const SeriesRow& row : SeriesRows()) {
    if (row.heading == heading) series.push_back(row.plot);
  }
  return series;
}

}  // namespace suite
