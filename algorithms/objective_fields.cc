#include "algorithms/objective_fields.h"

#include <cstdio>
#include <cstdlib>
#include <limits>

#include "base/error.h"

namespace suite {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <typename E>
using Names = std::vector<std::pair<std::string, E>>;

std::string Join(const std::vector<std::string>& words) {
  std::string joined;
  for (const std::string& word : words) joined += (joined.empty() ? "" : ", ") + word;
  return joined;
}

// The shortest decimal that reads back to the same double.
std::string Print(double value) {
  char text[32];
  for (int digits = 1; digits <= 17; ++digits) {
    std::snprintf(text, sizeof(text), "%.*g", digits, value);
    if (std::strtod(text, nullptr) == value) break;
  }
  return text;
}

std::string Range(double low, double high) {
  if (low == -kInfinity && high == kInfinity) return "a finite number";
  return high == kInfinity ? "a number of at least " + Print(low)
                           : "a number from " + Print(low) + " to " + Print(high);
}

double ParseNumber(const std::string& field, const std::string& text, double low, double high,
                   const std::string& allowed) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  const bool whole = !text.empty() && *end == '\0';
  // The bounds are closed; NaN fails every comparison and infinity is never meant.
  if (!whole || !(value >= low && value <= high) || value == kInfinity || value == -kInfinity) {
    throw InputError("objective." + field, "'" + text + "'", allowed);
  }
  return value;
}

template <typename E, typename Access>
ObjectiveField NameField(const std::string& name, const std::string& help, const Names<E>& names, Access access) {
  std::vector<std::string> words;
  for (const auto& [word, value] : names) words.push_back(word);
  ObjectiveField field{name, help, Join(words), nullptr, nullptr};
  field.get = [names, access](const ObjectiveConfig& config) {
    ObjectiveConfig copy = config;
    for (const auto& [word, value] : names) {
      if (value == access(copy)) return word;
    }
    return std::string("?");
  };
  field.set = [name, names, words, access](const std::string& text, ObjectiveConfig* config) {
    for (const auto& [word, value] : names) {
      if (word == text) {
        access(*config) = value;
        return;
      }
    }
    throw UnknownName("objective." + name, name, text, words);
  };
  return field;
}

template <typename Access>
ObjectiveField NumberField(const std::string& name, const std::string& help, double low, double high, Access access) {
  const std::string allowed = Range(low, high);
  ObjectiveField field{name, help, allowed, nullptr, nullptr};
  field.get = [access](const ObjectiveConfig& config) {
    ObjectiveConfig copy = config;
    return Print(access(copy));
  };
  field.set = [=](const std::string& text, ObjectiveConfig* config) {
    access(*config) = ParseNumber(name, text, low, high, allowed);
  };
  return field;
}

template <typename Access>
ObjectiveField CountField(const std::string& name, const std::string& help, double low, Access access) {
  constexpr double kMost = 1e9;
  const std::string allowed = "a whole number of at least " + Print(low);
  ObjectiveField field{name, help, allowed, nullptr, nullptr};
  field.get = [access](const ObjectiveConfig& config) {
    ObjectiveConfig copy = config;
    return std::to_string(access(copy));
  };
  field.set = [=](const std::string& text, ObjectiveConfig* config) {
    const double value = ParseNumber(name, text, low, kMost, allowed);
    if (value != static_cast<double>(static_cast<int64_t>(value))) {
      throw InputError("objective." + name, "'" + text + "'", allowed);
    }
    access(*config) = static_cast<std::decay_t<decltype(access(*config))>>(value);
  };
  return field;
}

template <typename Access>
ObjectiveField SwitchField(const std::string& name, const std::string& help, Access access) {
  return NameField<bool>(name, help, {{"true", true}, {"false", false}}, access);
}

ObjectiveField DeltaField() {
  const std::string allowed = "none, or a number above 1 + epsilon_high";
  ObjectiveField field{"delta", "two-sided (dual) clip: the largest ratio the loss sees", allowed, nullptr, nullptr};
  field.get = [](const ObjectiveConfig& config) {
    return config.surrogate.delta ? Print(*config.surrogate.delta) : std::string("none");
  };
  field.set = [allowed](const std::string& text, ObjectiveConfig* config) {
    config->surrogate.delta.reset();
    if (text != "none") config->surrogate.delta = ParseNumber("delta", text, 1.0, kInfinity, allowed);
  };
  return field;
}

using C = ObjectiveConfig;
using Fields = std::vector<ObjectiveField>;

void AddLossFields(Fields* fields) {
  fields->push_back(NameField<Surrogate>("surrogate", "what is minimised per token, see surrogate.h",
                                         {{"clip", Surrogate::kClip},
                                          {"unit_token", Surrogate::kUnitToken},
                                          {"cispo_trl", Surrogate::kCispoTrl},
                                          {"cispo_verl", Surrogate::kCispoVerl},
                                          {"policy_gradient", Surrogate::kPolicyGradient}},
                                         [](C& c) -> Surrogate& { return c.surrogate.kind; }));
  fields->push_back(NumberField("epsilon_low", "the ratio is clipped below at 1 - epsilon_low", 0, 1,
                                [](C& c) -> double& { return c.surrogate.epsilon_low; }));
  fields->push_back(NumberField("epsilon_high",
                                "the ratio is clipped above at 1 + epsilon_high; cispo_trl: the cap itself", 0,
                                kInfinity, [](C& c) -> double& { return c.surrogate.epsilon_high; }));
  fields->push_back(DeltaField());
  fields->push_back(NameField<RatioUnit>("ratio_unit", "what one importance ratio stands for",
                                         {{"token", RatioUnit::kToken},
                                          {"rank", RatioUnit::kRank},
                                          {"sequence", RatioUnit::kSequence},
                                          {"none", RatioUnit::kNone}},
                                         [](C& c) -> RatioUnit& { return c.ratio.unit; }));
  fields->push_back(NameField<UnitMean>("ratio_over_unit", "mean: geometric mean of token ratios; sum: their product",
                                        {{"mean", UnitMean::kMean}, {"sum", UnitMean::kSum}},
                                        [](C& c) -> UnitMean& { return c.ratio.over_unit; }));
  fields->push_back(NameField<Reduction>("reduction", "how token losses become one number, see reduction.h",
                                         {{"rank_mean", Reduction::kRankMean},
                                          {"bnpo", Reduction::kBnpo},
                                          {"grpo", Reduction::kGrpo},
                                          {"dapo", Reduction::kDapo},
                                          {"dr_grpo", Reduction::kDrGrpo}},
                                         [](C& c) -> Reduction& { return c.reduction.kind; }));
  fields->push_back(CountField("max_completion_length", "fixed divisor of a row, dr_grpo only", 0,
                               [](C& c) -> int64_t& { return c.reduction.max_completion_length; }));
  fields->push_back(NumberField("entropy_bonus", "coefficient of the mean token entropy", 0, kInfinity,
                                [](C& c) -> double& { return c.entropy_bonus; }));
}

void AddKlFields(Fields* fields) {
  fields->push_back(
      NameField<KlEstimator>("kl", "estimator of the KL to the reference policy",
                             {{"k1", KlEstimator::kK1}, {"k2", KlEstimator::kK2}, {"k3", KlEstimator::kK3}},
                             [](C& c) -> KlEstimator& { return c.kl.estimator; }));
  fields->push_back(NumberField("beta", "coefficient of the KL (at step 0 if scheduled)", 0, kInfinity,
                                [](C& c) -> double& { return c.kl.beta; }));
  fields->push_back(NameField<BetaSchedule>("beta_schedule", "how beta moves over optimizer steps",
                                            {{"constant", BetaSchedule::kConstant}, {"linear", BetaSchedule::kLinear}},
                                            [](C& c) -> BetaSchedule& { return c.kl.schedule; }));
  fields->push_back(NumberField("final_beta", "beta from step beta_steps on, linear only", 0, kInfinity,
                                [](C& c) -> double& { return c.kl.final_beta; }));
  fields->push_back(CountField("beta_steps", "steps from beta to final_beta, linear only", 0,
                               [](C& c) -> int64_t& { return c.kl.schedule_steps; }));
}

void AddAdvantageFields(Fields* fields) {
  fields->push_back(NameField<AdvantageUnit>("advantage_unit", "what one advantage stands for",
                                             {{"sequence", AdvantageUnit::kSequence}, {"rank", AdvantageUnit::kRank}},
                                             [](C& c) -> AdvantageUnit& { return c.advantage.unit; }));
  fields->push_back(
      NameField<AdvantageNormalisation>("advantage_normalisation", "see advantages.h",
                                        {{"group", AdvantageNormalisation::kGroup},
                                         {"batch", AdvantageNormalisation::kBatch},
                                         {"leave_one_out", AdvantageNormalisation::kLeaveOneOut},
                                         {"none", AdvantageNormalisation::kNone}},
                                        [](C& c) -> AdvantageNormalisation& { return c.advantage.normalisation; }));
  fields->push_back(SwitchField("unbiased_std", "divide by G-1 instead of G",
                                [](C& c) -> bool& { return c.advantage.unbiased_std; }));
  fields->push_back(NumberField("advantage_epsilon", "added to the standard deviation", 0, kInfinity,
                                [](C& c) -> double& { return c.advantage.epsilon; }));
  fields->push_back(SwitchField("eos_takes_rank_advantage", "EOS takes its rank's advantage (unit rank)",
                                [](C& c) -> bool& { return c.advantage.eos_takes_rank_advantage; }));
  fields->push_back(SwitchField("shape_list_end", "add the three list-end terms below",
                                [](C& c) -> bool& { return c.advantage.shape_list_end; }));
  fields->push_back(NumberField("end_of_list_reward", "added to EOS after exactly N items", -kInfinity, kInfinity,
                                [](C& c) -> double& { return c.advantage.end_of_list_reward; }));
  fields->push_back(NumberField("early_stop_penalty", "added to EOS after fewer than N items", -kInfinity, kInfinity,
                                [](C& c) -> double& { return c.advantage.early_stop_penalty; }));
  fields->push_back(NumberField("overflow_penalty", "added to each token beyond rank N", -kInfinity, kInfinity,
                                [](C& c) -> double& { return c.advantage.overflow_penalty; }));
}

void AddRewardFields(Fields* fields) {
  fields->push_back(NameField<ReturnKind>("return", "what a rank earns, see returns.h",
                                          {{"sequence_dcg", ReturnKind::kSequenceDcg},
                                           {"log", ReturnKind::kLog},
                                           {"exp_gamma", ReturnKind::kExpGamma},
                                           {"exp_inf", ReturnKind::kExpInf},
                                           {"window", ReturnKind::kWindow},
                                           {"full_dcg", ReturnKind::kFullDcg}},
                                          [](C& c) -> ReturnKind& { return c.returns.kind; }));
  fields->push_back(NumberField("gamma", "decay per rank, exp_gamma only", 1, kInfinity,
                                [](C& c) -> double& { return c.returns.gamma; }));
  fields->push_back(
      CountField("window", "ranks that count, window only", 1, [](C& c) -> int& { return c.returns.window; }));
  fields->push_back(SwitchField("window_discounted", "divide hits in the window by log2(rank + 1)",
                                [](C& c) -> bool& { return c.returns.window_discounted; }));
  fields->push_back(NumberField("duplicate_weight", "reward of a repeated item", -kInfinity, kInfinity,
                                [](C& c) -> double& { return c.reward_parts.duplicate; }));
  fields->push_back(NumberField("out_of_catalog_weight", "reward of an item that does not exist", -kInfinity, kInfinity,
                                [](C& c) -> double& { return c.reward_parts.out_of_catalog; }));
  fields->push_back(NumberField("format_weight", "reward of a line that does not parse", -kInfinity, kInfinity,
                                [](C& c) -> double& { return c.reward_parts.format; }));
  fields->push_back(NameField<std::string>("rank_rule", "how the reward counts ranks, see objective.h",
                                           {{"line", "line"}, {"parsed", "parsed"}},
                                           [](C& c) -> std::string& { return c.rank_rule; }));
}

Fields AllFields() {
  Fields fields;
  AddLossFields(&fields);
  AddKlFields(&fields);
  AddAdvantageFields(&fields);
  AddRewardFields(&fields);
  return fields;
}

}  // namespace

const std::vector<ObjectiveField>& ObjectiveFields() {
  static const Fields* const kFields = new Fields(AllFields());
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

}  // namespace suite
