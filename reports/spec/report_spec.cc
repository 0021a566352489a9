#include "reports/spec/report_spec.h"

#include <algorithm>
#include <sstream>

#include "base/error.h"

namespace suite {
namespace {

constexpr size_t kMostMetrics = 2;

}  // namespace

std::string NameOfArm(const ReportSpec& spec, const std::string& value) {
  const auto found =
      std::find_if(spec.arms.begin(), spec.arms.end(), [&](const Arm& arm) { return arm.value == value; });
  return found == spec.arms.end() ? value : found->name;
}

const MetricColumn& FindColumn(const ReportSpec& spec, const std::string& id, const std::string& of_what) {
  std::vector<std::string> known;
  for (const MetricColumn& metric : spec.metrics) {
    if (metric.id == id) return metric;
    known.push_back(metric.id);
  }
  throw UnknownName("report", "metric of a " + of_what, id, known);
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

std::map<std::string, std::string> ParseContexts(const std::string& text, const std::string& where) {
  std::map<std::string, std::string> contexts;
  std::istringstream lines(text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.empty()) continue;
    const std::string place = where + ":" + std::to_string(number);
    if (std::count(line.begin(), line.end(), '\t') != 1) {
      throw InputError(place, "not two columns", "CONVERSATION<tab>CONTEXT");
    }
    const size_t tab = line.find('\t');
    if (!contexts.emplace(line.substr(0, tab), line.substr(tab + 1)).second) {
      throw InputError(place, "conversation '" + line.substr(0, tab) + "' is given twice", "each once");
    }
  }
  return contexts;
}

}  // namespace suite
