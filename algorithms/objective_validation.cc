// Which fields of an ObjectiveConfig cannot go together, and why. Ranges of single fields are in
// objective_settings.def.
#include "algorithms/objective.h"
#include "algorithms/objective_fields.h"
#include "base/error.h"

namespace suite {
namespace {

void Refuse(bool illegal, const std::string& field, const std::string& reason, const std::string& allowed) {
  if (illegal) throw InputError("objective." + field, reason, allowed);
}

void CheckRatio(const ObjectiveConfig& config) {
  const Surrogate kind = config.surrogate.kind;
  const RatioUnit unit = config.ratio.unit;
  Refuse(unit == RatioUnit::kNone && kind != Surrogate::kPolicyGradient, "ratio_unit",
         "'none' with a surrogate that clips or weighs by the ratio",
         "token, rank, sequence; or surrogate = policy_gradient");
  Refuse(kind == Surrogate::kUnitToken && unit == RatioUnit::kToken, "ratio_unit",
         "'token' with surrogate unit_token, which gives a unit's ratio to its tokens: at token level it is clip",
         "rank, sequence; or surrogate = clip");
  Refuse(config.ratio.over_unit == UnitMean::kSum && unit != RatioUnit::kRank && unit != RatioUnit::kSequence,
         "ratio_over_unit", "'sum' with ratios that do not span several tokens",
         "mean; or ratio_unit = rank, sequence");
}

void CheckClip(const ObjectiveConfig& config) {
  const SurrogateConfig& surrogate = config.surrogate;
  const bool clips = surrogate.kind == Surrogate::kClip || surrogate.kind == Surrogate::kUnitToken;
  Refuse(surrogate.delta && !clips, "delta", "a two-sided clip with a surrogate that does not clip",
         "none; or surrogate = clip, unit_token");
  Refuse(surrogate.delta && *surrogate.delta <= 1.0 + surrogate.epsilon_high, "delta",
         "inside the clip range, where it would cut ratios that the clip lets through",
         "none, or a number above 1 + epsilon_high");
  Refuse(surrogate.kind == Surrogate::kCispoTrl && surrogate.epsilon_high < 1.0, "epsilon_high",
         "below 1 with surrogate cispo_trl, where it is the largest ratio itself and not a distance from 1",
         "a number of at least 1 (5 is usual); or surrogate = cispo_verl");
}

void CheckRewards(const ObjectiveConfig& config) {
  const bool by_rank = config.advantage.unit == AdvantageUnit::kRank;
  const bool one_number = config.returns.kind == ReturnKind::kSequenceDcg;
  Refuse(by_rank && one_number, "return_kind", "'sequence_dcg' is one number per list, but advantage_unit is rank",
         "log, exp_gamma, exp_inf, window, full_dcg; or advantage_unit = sequence");
  Refuse(!by_rank && !one_number, "return_kind", "a return per rank, but advantage_unit is sequence",
         "sequence_dcg; or advantage_unit = rank");
}

void CheckSchedule(const ObjectiveConfig& config) {
  Refuse(config.reduction.kind == Reduction::kDrGrpo && config.reduction.max_completion_length < 1,
         "max_completion_length", "not set, but reduction dr_grpo divides by it", "a whole number of at least 1");
  Refuse(config.kl.schedule == BetaSchedule::kLinear && config.kl.schedule_steps < 1, "beta_steps",
         "not set, but beta_schedule is linear", "a whole number of at least 1; or beta_schedule = constant");
}

}  // namespace

void ValidateObjective(const ObjectiveConfig& config) {
  ObjectiveConfig copy = config;
  // Setting each field to its own value checks it against its range.
  for (const ObjectiveField& field : ObjectiveFields()) field.set(field.get(config), &copy);
  CheckRatio(config);
  CheckClip(config);
  CheckRewards(config);
  CheckSchedule(config);
}

}  // namespace suite
