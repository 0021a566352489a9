#include "algorithms/objective_fields.h"

#include <cstdio>
#include <cstdlib>
#include <optional>

#include "base/error.h"
#include "base/text/allowed.h"

namespace suite {
namespace {

using C = ObjectiveConfig;

// The shortest decimal that reads back to the same double.
std::string Print(double value) {
  char text[32];
  for (int digits = 1; digits <= 17; ++digits) {
    std::snprintf(text, sizeof(text), "%.*g", digits, value);
    if (std::strtod(text, nullptr) == value) break;
  }
  return text;
}

std::string Print(const std::optional<double>& value) { return value ? Print(*value) : "none"; }

double Parse(const std::string& key, const std::string& text, const Allowed& allowed, bool whole) {
  constexpr double kMostCount = 1e9;
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  bool fits = !text.empty() && *end == '\0' && allowed.Admits(value);
  if (whole && fits) fits = value <= kMostCount && value == static_cast<double>(static_cast<int64_t>(value));
  if (fits) return value;
  const std::string range = allowed.Text();
  throw InputError("objective." + key, "'" + text + "'",
                   (whole ? "a whole number" : "a number") + (range.empty() ? "" : ", " + range));
}

void Read(const std::string& key, const std::string& text, const Allowed& allowed, double& target) {
  target = Parse(key, text, allowed, /*whole=*/false);
}

void Read(const std::string& key, const std::string& text, const Allowed& allowed, std::optional<double>& target) {
  target.reset();
  if (text != "none") target = Parse(key, text, allowed, /*whole=*/false);
}

// Below, `access` gives the field's place in a config, const or not.

template <typename Access>
ObjectiveField NumberField(const std::string& name, const Allowed& allowed, Access access) {
  return {name, [access](const C& config) { return Print(access(config)); },
          [=](const std::string& text, C* config) { Read(name, text, allowed, access(*config)); }};
}

template <typename Access>
ObjectiveField CountField(const std::string& name, const Allowed& allowed, Access access) {
  return {name, [access](const C& config) { return std::to_string(access(config)); },
          [=](const std::string& text, C* config) {
            using Count = std::decay_t<decltype(access(*config))>;
            access(*config) = static_cast<Count>(Parse(name, text, allowed, /*whole=*/true));
          }};
}

template <typename E, typename Access>
ObjectiveField NameField(const std::string& name, const std::vector<std::pair<std::string, E>>& names, Access access) {
  const auto get = [names, access](const C& config) {
    for (const auto& [word, value] : names) {
      if (value == access(config)) return word;
    }
    return std::string("?");
  };
  const auto set = [name, names, access](const std::string& text, C* config) {
    std::vector<std::string> words;
    for (const auto& [word, value] : names) {
      if (word == text) {
        access(*config) = value;
        return;
      }
      words.push_back(word);
    }
    throw UnknownName("objective." + name, name, text, words);
  };
  return {name, get, set};
}

template <typename Access>
ObjectiveField WordField(const std::string& name, const Allowed& allowed, Access access) {
  std::vector<std::pair<std::string, std::string>> names;
  for (const std::string& word : allowed.names) names.emplace_back(word, word);
  return NameField<std::string>(name, names, access);
}

// Which settings cannot go together, and why.

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

const std::vector<ObjectiveField>& ObjectiveFields() {
#define PLACE(member) \
  [](auto& config) -> auto& { return config.member; }
#define OBJECTIVE_NAME(key, member, Enum, help, ...) NameField<Enum>(#key, {__VA_ARGS__}, PLACE(member)),
#define OBJECTIVE_WORD(key, member, allowed, help) WordField(#key, allowed, PLACE(member)),
#define OBJECTIVE_NUMBER(key, member, allowed, help) NumberField(#key, allowed, PLACE(member)),
#define OBJECTIVE_COUNT(key, member, allowed, help) CountField(#key, allowed, PLACE(member)),
#define OBJECTIVE_SWITCH(key, member, help) NameField<bool>(#key, {{"true", true}, {"false", false}}, PLACE(member)),
#define OBJECTIVE_PENALTY(key, member, help) NumberField(#key, Between(0, 1e6), PLACE(member)),
  static const auto* const kFields = new std::vector<ObjectiveField>{
#include "algorithms/objective_settings.def"
  };
#undef PLACE
  return *kFields;
}

void SetObjectiveField(const std::string& name, const std::string& value, ObjectiveConfig* config) {
  std::vector<std::string> known;
  for (const ObjectiveField& field : ObjectiveFields()) {
    if (field.name == name) return field.set(value, config);
    known.push_back(field.name);
  }
  throw UnknownName("objective." + name, "objective field", name, known);
}

std::vector<std::pair<std::string, std::string>> DescribeObjective(const ObjectiveConfig& config) {
  std::vector<std::pair<std::string, std::string>> described = {{"name", config.name}};
  for (const ObjectiveField& field : ObjectiveFields()) described.emplace_back(field.name, field.get(config));
  return described;
}

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
