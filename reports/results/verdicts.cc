#include "reports/results/verdicts.h"

#include <map>
#include <string>

#include "base/text/format.h"
#include "reports/statistics/multiple_testing.h"

namespace suite {
namespace {

// Two sides and the number that their difference is held against, whichever side comes first.
std::string NameOfTest(const std::string& left, const std::string& right, double boundary) {
  if (right < left) return NameOfTest(right, left, -boundary);
  return left + "\n" + right + "\n" + ExactNumber(boundary == 0 ? 0.0 : boundary);
}

std::string NameOfTest(const Comparison& comparison) {
  return NameOfTest(comparison.left + "\n" + comparison.metric, comparison.right + "\n" + comparison.metric, 0);
}

std::string NameOfTest(const LedgerEntry& entry) {
  const Claim& claim = entry.claim;
  const std::string left = claim.left + "\n" + claim.metric;
  if (IsShape(claim.relation)) return NameOfTest(left, ToText(claim.relation), claim.margin);
  if (claim.relation == Relation::kEqual) return NameOfTest(left, claim.right + "\n=", claim.margin);
  const double sign = claim.relation == Relation::kLess ? -1 : 1;
  if (claim.target) return NameOfTest(left, ExactNumber(*claim.target), sign * claim.margin);
  const std::string& right_metric = claim.right_metric.empty() ? claim.metric : claim.right_metric;
  return NameOfTest(left, claim.right + "\n" + right_metric, sign * claim.margin);
}

}  // namespace

Verdicts JudgeAll(const ReportSpec& spec, const RunSet& set) {
  Verdicts verdicts = {CompareAll(spec, set), GatherClaims(spec, set)};
  std::map<std::string, double> p_of;
  for (const ComparedPair& pair : verdicts.pairs) {
    if (pair.p) p_of.emplace(NameOfTest(pair.comparison), *pair.p);
  }
  for (const LedgerEntry& entry : verdicts.ledger) {
    if (const auto p = PValueOf(entry.claim, entry.evidence)) p_of.emplace(NameOfTest(entry), *p);
  }
  std::vector<double> p_values;
  for (const auto& [name, p] : p_of) p_values.push_back(p);
  const std::vector<HolmStep> steps = HolmSteps(p_values, 1 - spec.confidence);
  std::map<std::string, HolmStep> step_of;
  for (const auto& [name, p] : p_of) step_of.emplace(name, steps[step_of.size()]);
  verdicts.tests = steps.size();
  const DecisionRule rule = {1 - spec.confidence, kPlannedPower, verdicts.tests};
  for (ComparedPair& pair : verdicts.pairs) {
    if (pair.p) Judge(step_of.at(NameOfTest(pair.comparison)), &pair);
  }
  for (LedgerEntry& entry : verdicts.ledger) {
    if (!PValueOf(entry.claim, entry.evidence)) continue;
    entry.decision = Decide(entry.claim, entry.evidence, step_of.at(NameOfTest(entry)), rule);
  }
  return verdicts;
}

}  // namespace suite
