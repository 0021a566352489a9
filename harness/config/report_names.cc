#include "harness/config/report_names.h"

#include <algorithm>
#include <cstdlib>

#include "base/error.h"

namespace suite {
namespace {

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void AddNew(const std::vector<std::string>& more, std::vector<std::string>* names) {
  for (const std::string& name : more) {
    if (!Contains(*names, name)) names->push_back(name);
  }
}

// The scores that a claim's metric names (reports/spec/claim.h). Series are known only once a run has made its first
// step.
std::vector<std::string> ScoresOf(std::string metric) {
  for (const std::string prefix : {"spread:", "curve:", "roughness:"}) {
    if (metric.rfind(prefix, 0) == 0) metric = metric.substr(prefix.size());
  }
  if (metric.empty() || metric.rfind("series:", 0) == 0) return {};
  const std::string minus = " - ";
  const size_t at = metric.find(minus);
  if (at == std::string::npos) return {metric};
  return {metric.substr(0, at), metric.substr(at + minus.size())};
}

// Of "series:reward_by_rank/15": 15. 0 for what has no place.
int64_t PlaceOf(const std::string& metric) {
  const size_t slash = metric.rfind('/');
  return slash == std::string::npos ? 0 : std::atoll(metric.c_str() + slash + 1);
}

// What one comparison or claim names.
ReportNames NamedBy(const ComparisonSetting& comparison) {
  return {{comparison.left, comparison.right}, {comparison.metric}};
}

ReportNames NamedBy(const ClaimSetting& claim) {
  ReportNames names = {{claim.left}, ScoresOf(claim.metric)};
  if (!claim.right.empty()) names.arms.push_back(claim.right);
  AddNew(ScoresOf(claim.right_metric), &names.metrics);
  names.ranks = std::max(PlaceOf(claim.metric), PlaceOf(claim.right_metric));
  return names;
}

// The first name that `names` lacks.
const std::string* FirstMissing(const std::vector<std::string>& named, const std::vector<std::string>& names) {
  const auto missing =
      std::find_if(named.begin(), named.end(), [&names](const std::string& name) { return !Contains(names, name); });
  return missing == named.end() ? nullptr : &*missing;
}

void CheckNames(const ReportNames& named, const std::string& origin, const ReportNames& known) {
  if (const std::string* arm = FirstMissing(named.arms, known.arms)) {
    throw UnknownName(origin, "arm", *arm, known.arms);
  }
  if (const std::string* metric = FirstMissing(named.metrics, known.metrics)) {
    throw UnknownName(origin, "metric", *metric, known.metrics);
  }
  if (named.ranks > known.ranks) {
    throw InputError(origin, "place " + std::to_string(named.ranks) + " of a series by rank",
                     "1 to " + std::to_string(known.ranks));
  }
}

template <typename Pair>
void KeepPairs(const ReportNames& present, std::vector<Pair>* pairs) {
  const auto lacks_a_name = [&](const Pair& pair) {
    const ReportNames named = NamedBy(pair);
    return FirstMissing(named.arms, present.arms) || FirstMissing(named.metrics, present.metrics) ||
           named.ranks > present.ranks;
  };
  pairs->erase(std::remove_if(pairs->begin(), pairs->end(), lacks_a_name), pairs->end());
}

}  // namespace

void ReportNames::Add(const ReportNames& other) {
  AddNew(other.arms, &arms);
  AddNew(other.metrics, &metrics);
  ranks = std::max(ranks, other.ranks);
}

void CheckReport(const ReportSettings& report, const ReportNames& known) {
  CheckNames({{}, report.metrics}, report.metrics_origin, known);
  for (const ComparisonSetting& comparison : report.comparisons) {
    CheckNames(NamedBy(comparison), comparison.origin, known);
  }
  for (const ClaimSetting& claim : report.claims) CheckNames(NamedBy(claim), claim.origin, known);
  for (const auto& [arm, display] : report.arm_names) CheckNames({{arm}, {}}, report.arm_origins.at(arm), known);
}

ReportSettings KeepPresent(ReportSettings report, const ReportNames& present) {
  const auto lacking = [&](const std::string& metric) { return !Contains(present.metrics, metric); };
  report.metrics.erase(std::remove_if(report.metrics.begin(), report.metrics.end(), lacking), report.metrics.end());
  KeepPairs(present, &report.comparisons);
  KeepPairs(present, &report.claims);
  return report;
}

}  // namespace suite
