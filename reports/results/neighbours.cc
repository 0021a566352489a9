#include "reports/results/neighbours.h"

#include "harness/metrics/metric_table.h"
#include "reports/results/claim_evidence.h"
#include "reports/statistics/crossed_error.h"

namespace suite {
namespace {

// "ndcg@10" is "ndcg" at "10".
struct ParsedMetric {
  std::string family;
  std::string depth;
};

std::optional<ParsedMetric> Parse(const std::string& metric) {
  const auto known = KnownMetric(metric);
  if (!known || !known->has_cutoff) return std::nullopt;
  const size_t at = metric.find('@');
  return ParsedMetric{metric.substr(0, at), metric.substr(at + 1)};
}

Neighbour About(const ReportSpec& spec, const RunSet& set, Claim claim, const MetricColumn& metric) {
  claim.metric = metric.id;
  const ClaimEvidence evidence = GatherEvidence(spec, set, claim);
  Neighbour neighbour{metric.id, metric.title, evidence.left_mean - evidence.right_mean, {}};
  if (evidence.error) neighbour.interval = CrossedInterval(*evidence.error, spec.confidence);
  if (const auto p = PValueOf(claim, evidence)) {
    const double alpha = 1 - spec.confidence;
    neighbour.verdict = Decide(claim, evidence, {*p, *p, alpha}, {alpha}).verdict;
  }
  return neighbour;
}

}  // namespace

std::vector<Neighbour> NeighboursOf(const ReportSpec& spec, const RunSet& set, const Claim& claim) {
  std::vector<Neighbour> neighbours;
  const auto own = Parse(claim.metric);
  if (!own || claim.target || IsShape(claim.relation) || !claim.right_metric.empty()) return neighbours;
  for (const MetricColumn& metric : spec.metrics) {
    const auto other = Parse(metric.id);
    if (!other || metric.id == claim.metric) continue;
    if (other->family != own->family && other->depth != own->depth) continue;
    const Neighbour neighbour = About(spec, set, claim, metric);
    if (neighbour.interval) neighbours.push_back(neighbour);
  }
  return neighbours;
}

}  // namespace suite
