#include "reports/spec/claim.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"
#include "base/error.h"
#include "base/random.h"
#include "reports/statistics/multiple_testing.h"
#include "reports/statistics/paired_tests.h"
#include "reports/statistics/power.h"

namespace suite {
namespace {

constexpr int kFlipDraws = 100000;
// In the order of the enumerators.
constexpr std::array<const char*, 5> kRelations = {">", "<", "=", "rises", "rises_then_falls"};
constexpr std::array<const char*, 3> kTests = {"paired_t", "wilcoxon", "sign_flip"};

template <typename Names>
size_t PlaceOf(const std::string& text, const Names& names, const char* kind, const std::string& where) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) throw UnknownName(where, kind, text, {names.begin(), names.end()});
  return static_cast<size_t>(found - names.begin());
}

// Differences shifted and turned so that the claim says: above zero.
std::vector<double> Shifted(const std::vector<double>& differences, double sign, double margin) {
  std::vector<double> shifted;
  for (double difference : differences) shifted.push_back(sign * difference - margin);
  return shifted;
}

// For `=`, the side on which the effect lies; its distance to the margin on that side decides.
double SignOf(const Claim& claim, double mean) {
  if (claim.relation == Relation::kEqual) return mean < 0 ? -1 : 1;
  return claim.relation == Relation::kLess ? -1 : 1;
}

bool LooksEqual(const Claim& claim, double mean) {
  return claim.relation == Relation::kEqual && std::abs(mean) < claim.margin;
}

double TwoSidedP(ClaimTest test, const std::vector<double>& differences) {
  if (test == ClaimTest::kWilcoxon) return WilcoxonSignedRank(differences).p;
  if (test == ClaimTest::kPairedT) return PairedT(differences).p;
  RandomStream stream(0, "claim/sign flips");
  return SignFlip(differences, Alternative::kTwoSided, kFlipDraws, &stream).p;
}

// A shape's two effects, turned so that the claim says of both: above zero.
std::array<std::vector<double>, 2> ShapeParts(const Claim& claim, const ClaimEvidence& evidence) {
  const double late_sign = claim.relation == Relation::kRisesThenFalls ? -1 : 1;
  return {Shifted(evidence.seed_differences, 1, claim.margin),
          Shifted(evidence.late_differences, late_sign, claim.margin)};
}

bool SpeaksAgainst(const std::vector<double>& part) { return Mean(part) < 0; }

double ShapePValue(const Claim& claim, const ClaimEvidence& evidence) {
  double largest = 0;
  double against = 1;
  bool has_against = false;
  for (const std::vector<double>& part : ShapeParts(claim, evidence)) {
    const double p = TwoSidedP(claim.test, part);
    largest = std::max(largest, p);
    if (!SpeaksAgainst(part)) continue;
    has_against = true;
    against = std::min(against, p);
  }
  return has_against ? std::min(1.0, 2 * against) : largest;
}

double PValue(const Claim& claim, const ClaimEvidence& evidence) {
  if (IsShape(claim.relation)) return ShapePValue(claim, evidence);
  if (evidence.spread) return PitmanMorgan(evidence.spread->left, evidence.spread->right).p;
  const std::vector<double>& differences = evidence.seed_differences;
  const double mean = Mean(differences);
  if (LooksEqual(claim, mean)) return Tost(differences, claim.margin).p;
  return TwoSidedP(claim.test, Shifted(differences, SignOf(claim, mean), claim.margin));
}

// Where an interval of left - right lies, seen from the claim.
ClaimVerdict VerdictOf(const Claim& claim, const Interval& interval) {
  if (claim.relation == Relation::kEqual) {
    if (interval.low > -claim.margin && interval.high < claim.margin) return ClaimVerdict::kReproduced;
    const bool is_outside = interval.low > claim.margin || interval.high < -claim.margin;
    return is_outside ? ClaimVerdict::kNotReproduced : ClaimVerdict::kUndecided;
  }
  const double sign = claim.relation == Relation::kLess ? -1 : 1;
  const double nearest = std::min(sign * interval.low, sign * interval.high) - claim.margin;
  const double farthest = std::max(sign * interval.low, sign * interval.high) - claim.margin;
  if (nearest > 0) return ClaimVerdict::kReproduced;
  return farthest < 0 ? ClaimVerdict::kNotReproduced : ClaimVerdict::kUndecided;
}

// The fewest seeds with which a test of signs or ranks can reach `alpha` at all: 2^(1 - n) <= alpha.
int FewestForSigns(double alpha) { return static_cast<int>(std::ceil(1 - std::log2(alpha))); }

std::optional<int> Plan(const Claim& claim, const std::vector<double>& differences, double alpha, double power) {
  const double mean = Mean(differences);
  const std::vector<double> shifted = Shifted(differences, SignOf(claim, mean), claim.margin);
  if (SampleStd(shifted) == 0) return std::nullopt;
  // Two one-sided tests at alpha ask as much as a two-sided one at twice that.
  const bool one_sided = LooksEqual(claim, mean);
  std::optional<int> seeds = SeedsNeeded(CohenDz(shifted), one_sided ? 2 * alpha : alpha, power);
  if (seeds && !one_sided && claim.test != ClaimTest::kPairedT) seeds = std::max(*seeds, FewestForSigns(alpha));
  return seeds;
}

std::optional<int> PlanOf(const Claim& claim, const ClaimEvidence& evidence, double alpha, double power) {
  if (evidence.spread) {
    return SeedsNeededForSpread(SpreadCorrelation(evidence.spread->left, evidence.spread->right), alpha, power);
  }
  if (!IsShape(claim.relation)) return Plan(claim, evidence.seed_differences, alpha, power);
  std::optional<int> most = 2;
  Claim part = claim;
  part.relation = Relation::kGreater;
  part.margin = 0;
  for (const std::vector<double>& differences : ShapeParts(claim, evidence)) {
    const std::optional<int> seeds = Plan(part, differences, alpha, power);
    most = most && seeds ? std::optional<int>(std::max(*most, *seeds)) : std::nullopt;
  }
  return most;
}

// Where the effect itself lies, seen from the claim.
ClaimVerdict PointVerdict(const Claim& claim, const ClaimEvidence& evidence) {
  if (IsShape(claim.relation)) {
    const auto parts = ShapeParts(claim, evidence);
    const bool is_against = std::any_of(parts.begin(), parts.end(), SpeaksAgainst);
    return is_against ? ClaimVerdict::kNotReproduced : ClaimVerdict::kReproduced;
  }
  double effect = Mean(evidence.seed_differences);
  if (evidence.spread) effect = SpreadCorrelation(evidence.spread->left, evidence.spread->right);
  return VerdictOf(claim, {effect, effect});
}

// A t test needs a spread, and that of Pitman and Morgan a degree of freedom more.
bool CanBeTested(const ClaimEvidence& evidence) {
  return evidence.seed_differences.size() >= (evidence.spread ? size_t{3} : size_t{2});
}

ClaimDecision Decide(const Claim& claim, const ClaimEvidence& evidence, double p, double adjusted_p, double alpha) {
  ClaimDecision decision;
  decision.p = p;
  decision.adjusted_p = adjusted_p;
  const bool has_spread = SampleStd(evidence.seed_differences) > 0;
  if (has_spread && !evidence.spread) decision.cohen_dz = CohenDz(evidence.seed_differences);
  if (adjusted_p >= alpha) return decision;
  const ClaimVerdict verdict = PointVerdict(claim, evidence);
  if (evidence.bootstrap && VerdictOf(claim, evidence.bootstrap->interval) != verdict) return decision;
  decision.verdict = verdict;
  return decision;
}

}  // namespace

Relation ToRelation(const std::string& text, const std::string& where) {
  return static_cast<Relation>(PlaceOf(text, kRelations, "relation", where));
}

ClaimTest ToClaimTest(const std::string& text, const std::string& where) {
  return static_cast<ClaimTest>(PlaceOf(text, kTests, "test", where));
}

const char* ToText(Relation relation) { return kRelations[static_cast<size_t>(relation)]; }
const char* ToText(ClaimTest test) { return kTests[static_cast<size_t>(test)]; }

bool IsShape(Relation relation) { return relation == Relation::kRises || relation == Relation::kRisesThenFalls; }

const char* ToWord(ClaimVerdict verdict) {
  if (verdict == ClaimVerdict::kReproduced) return "reproduced";
  return verdict == ClaimVerdict::kNotReproduced ? "not reproduced" : "undecided";
}

std::vector<ClaimDecision> DecideClaims(const std::vector<Claim>& claims, const std::vector<ClaimEvidence>& evidence,
                                        double alpha, double power) {
  SUITE_CHECK_EQ(claims.size(), evidence.size());
  std::vector<size_t> tested;
  std::vector<double> p_values;
  for (size_t i = 0; i < claims.size(); ++i) {
    if (!CanBeTested(evidence[i])) continue;
    tested.push_back(i);
    p_values.push_back(PValue(claims[i], evidence[i]));
  }
  const std::vector<double> adjusted = Holm(p_values);
  std::vector<ClaimDecision> decisions(claims.size());
  for (size_t t = 0; t < tested.size(); ++t) {
    const size_t i = tested[t];
    decisions[i] = Decide(claims[i], evidence[i], p_values[t], adjusted[t], alpha);
    if (decisions[i].verdict != ClaimVerdict::kUndecided) continue;
    // Holm's first step is the strictest; a plan should hold even if no other claim is decided.
    decisions[i].seeds_needed = PlanOf(claims[i], evidence[i], alpha / static_cast<double>(tested.size()), power);
  }
  return decisions;
}

}  // namespace suite
