#include "reports/spec/claim.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"
#include "base/error.h"
#include "reports/statistics/paired_spread.h"
#include "reports/statistics/power.h"

namespace suite {
namespace {

constexpr double kPlanConfidence = 0.8;
// In the order of the enumerators.
constexpr std::array<const char*, 5> kRelations = {">", "<", "=", "rises", "rises_then_falls"};

// What is held against what: a two-sided test of a mean, of which a shape's is one of several.
struct TestedMean {
  CrossedError error;
  double boundary = 0;
  double corrections = 1;
  bool holds = false;  // the mean lies where the claim says
};

ShapeTest ShapeOf(const Claim& claim, const ClaimEvidence& evidence) {
  const Shape shape = claim.relation == Relation::kRises ? Shape::kRises : Shape::kRisesThenFalls;
  return TestShape(shape, evidence.courses, claim.margin);
}

TestedMean TestedShape(const Claim& claim, const ClaimEvidence& evidence) {
  const ShapeTest test = ShapeOf(claim, evidence);
  return {CrossedErrorOf(test.values_S), test.boundary, test.corrections, test.holds};
}

TestedMean TestedDifference(const Claim& claim, const ClaimEvidence& evidence) {
  SUITE_CHECK(evidence.error.has_value());
  const double mean = evidence.error->mean;
  if (claim.relation == Relation::kEqual) {
    return {*evidence.error, std::copysign(claim.margin, mean), 1, std::abs(mean) < claim.margin};
  }
  const double sign = claim.relation == Relation::kLess ? -1 : 1;
  return {*evidence.error, sign * claim.margin, 1, sign * mean > claim.margin};
}

TestedMean TestedOf(const Claim& claim, const ClaimEvidence& evidence) {
  return IsShape(claim.relation) ? TestedShape(claim, evidence) : TestedDifference(claim, evidence);
}

// A test over seeds needs a spread, and that of Pitman and Morgan a degree of freedom more.
bool CanBeTested(const ClaimEvidence& evidence) { return evidence.seeds >= (evidence.spread ? size_t{3} : size_t{2}); }

// At the strictest of Holm's levels: a plan should hold even if no other test of the report rejects.
double PlannedLevel(const DecisionRule& rule) { return rule.alpha / static_cast<double>(rule.tests); }

SeedPlan PlanOf(const TestedMean& tested, const DecisionRule& rule) {
  const CrossedError& error = tested.error;
  const double level = PlannedLevel(rule) / tested.corrections;
  const Interval around = *CrossedInterval(error, kPlanConfidence);
  const double seen = std::abs(error.mean - tested.boundary);
  const double half = (around.high - around.low) / 2;
  PlannedEffect planned;
  planned.seed_spread = std::sqrt(error.seed_variance * static_cast<double>(error.seeds));
  planned.conversation_error = std::sqrt(error.context_variance);
  const auto needed = [&](double effect, double conversation_error) {
    auto seeds = SeedsNeeded({effect, planned.seed_spread, conversation_error}, level, rule.power);
    if (seeds) *seeds = std::max(*seeds, static_cast<int>(error.seeds) + 1);  // as many as there are did not decide
    return seeds;
  };
  SeedPlan plan;
  plan.is_against = !tested.holds;
  plan.fewest = needed(seen + half, planned.conversation_error);
  if (seen > half) plan.most = needed(seen - half, planned.conversation_error);
  plan.needs_conversations = !plan.fewest && needed(seen + half, 0).has_value();
  return plan;
}

// By Fisher's z, whose error is 1 / sqrt(seeds - 3).
SeedPlan PlanOfSpread(const Claim& claim, const ClaimEvidence& evidence, const DecisionRule& rule) {
  constexpr double kHalfOfPlan = 1.2815515655446004;  // the normal quantile of kPlanConfidence, two-sided
  const double r = SpreadCorrelation(evidence.spread->left, evidence.spread->right);
  SeedPlan plan;
  plan.is_against = (claim.relation == Relation::kLess) == (r > 0);
  if (evidence.seeds < 4 || std::abs(r) >= 1) return plan;
  const double half = kHalfOfPlan / std::sqrt(static_cast<double>(evidence.seeds) - 3);
  const double z = std::abs(std::atanh(r));
  plan.fewest = SeedsNeededForSpread(std::tanh(z + half), PlannedLevel(rule), rule.power);
  if (plan.fewest) plan.fewest = std::max(*plan.fewest, static_cast<int>(evidence.seeds) + 1);
  if (z > half) plan.most = SeedsNeededForSpread(std::tanh(z - half), PlannedLevel(rule), rule.power);
  return plan;
}

ClaimDecision DecideSpread(const Claim& claim, const ClaimEvidence& evidence, const HolmStep& step,
                           const DecisionRule& rule) {
  ClaimDecision decision;
  decision.step = step;
  if (step.adjusted_p >= rule.alpha) {
    decision.plan = PlanOfSpread(claim, evidence, rule);
    return decision;
  }
  const double r = SpreadCorrelation(evidence.spread->left, evidence.spread->right);
  const bool holds = (claim.relation == Relation::kLess) == (r < 0);
  decision.verdict = holds ? ClaimVerdict::kReproduced : ClaimVerdict::kNotReproduced;
  return decision;
}

}  // namespace

Relation ToRelation(const std::string& text, const std::string& where) {
  const auto found = std::find(kRelations.begin(), kRelations.end(), text);
  if (found == kRelations.end()) throw UnknownName(where, "relation", text, {kRelations.begin(), kRelations.end()});
  return static_cast<Relation>(found - kRelations.begin());
}

const char* ToText(Relation relation) { return kRelations[static_cast<size_t>(relation)]; }

bool IsShape(Relation relation) { return relation == Relation::kRises || relation == Relation::kRisesThenFalls; }

const char* ToWord(ClaimVerdict verdict) {
  if (verdict == ClaimVerdict::kReproduced) return "reproduced";
  return verdict == ClaimVerdict::kNotReproduced ? "not reproduced" : "undecided";
}

std::optional<double> PValueOf(const Claim& claim, const ClaimEvidence& evidence) {
  if (!CanBeTested(evidence)) return std::nullopt;
  if (evidence.spread) return PitmanMorgan(evidence.spread->left, evidence.spread->right).p;
  const TestedMean tested = TestedOf(claim, evidence);
  return std::min(1.0, tested.corrections * *CrossedP(tested.error, tested.boundary));
}

ClaimDecision Decide(const Claim& claim, const ClaimEvidence& evidence, const HolmStep& step,
                     const DecisionRule& rule) {
  SUITE_CHECK(CanBeTested(evidence));
  if (evidence.spread) return DecideSpread(claim, evidence, step, rule);
  const TestedMean tested = TestedOf(claim, evidence);
  ClaimDecision decision;
  decision.step = step;
  decision.effect = tested.error.mean;
  decision.interval = CrossedInterval(tested.error, 1 - step.level / tested.corrections);
  if (IsShape(claim.relation)) decision.shape = ShapeOf(claim, evidence);
  if (tested.error.seed_variance > 0) {
    decision.cohen_dz =
        tested.error.mean / std::sqrt(tested.error.seed_variance * static_cast<double>(tested.error.seeds));
  }
  if (step.adjusted_p < rule.alpha) {
    decision.verdict = tested.holds ? ClaimVerdict::kReproduced : ClaimVerdict::kNotReproduced;
  } else {
    decision.plan = PlanOf(tested, rule);
  }
  return decision;
}

}  // namespace suite
