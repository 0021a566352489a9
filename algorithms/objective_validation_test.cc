#include <gtest/gtest.h>

#include "algorithms/objective.h"
#include "algorithms/objective_fields.h"
#include "base/error.h"
#include "base/testing/error_of.h"

namespace suite {
namespace {

std::string Complaint(const std::string& name, const ObjectiveOverrides& overrides) {
  return ErrorOf([&] { PresetConfig(name, overrides); });
}

struct Refused {
  std::string preset;
  ObjectiveOverrides overrides;
  std::vector<std::string> named;  // what the message must hold: the field, and a legal value
};

TEST(ObjectiveValidationTest, IllegalCombinationsAreRefusedWithReasonAndLegalValues) {
  const std::vector<Refused> cases = {
      {"grpo", {{"ratio_unit", "none"}}, {"objective.ratio_unit", "policy_gradient"}},
      {"grpo", {{"surrogate", "unit_token"}}, {"objective.ratio_unit", "rank, sequence"}},
      {"grpo", {{"ratio_over_unit", "sum"}}, {"objective.ratio_over_unit", "mean"}},
      {"grpo", {{"delta", "1.1"}}, {"objective.delta", "above 1 + epsilon_high"}},
      {"cispo", {{"delta", "9"}}, {"objective.delta", "clip, unit_token"}},
      {"cispo", {{"epsilon_high", "0.3"}}, {"objective.epsilon_high", "cispo_verl"}},
      {"grpo", {{"return_kind", "log"}}, {"objective.return_kind", "sequence_dcg"}},
      {"rank_grpo_log", {{"return_kind", "sequence_dcg"}}, {"objective.return_kind", "full_dcg"}},
      {"rank_grpo_log", {{"advantage_unit", "sequence"}}, {"objective.return_kind", "advantage_unit = rank"}},
      {"grpo", {{"reduction", "dr_grpo"}}, {"objective.max_completion_length", "at least 1"}},
      {"grpo", {{"beta_schedule", "linear"}}, {"objective.beta_steps", "constant"}},
      {"grpo", {{"epsilon_low", "1.5"}}, {"objective.epsilon_low", "0 to 1"}},
      {"grpo", {{"beta", "-1"}}, {"objective.beta", "0 to 1000000"}},
      {"grpo", {{"beta", "nan"}}, {"objective.beta", "0 to 1000000"}},
      {"grpo", {{"beta", "1e308"}}, {"objective.beta", "0 to 1000000"}},
      {"grpo", {{"format_penalty", "1e7"}}, {"objective.format_penalty", "0 to 1000000"}},
      {"grpo", {{"beta", "0.1x"}}, {"objective.beta", "'0.1x'"}},
      {"rank_grpo_exp_gamma", {{"gamma", "0.5"}}, {"objective.gamma", "1 to 1000000"}},
      {"rank_grpo_window", {{"window", "2.5"}}, {"objective.window", "whole number"}},
      {"rank_grpo_window", {{"window", "0"}}, {"objective.window", "1 to 10000"}},
      {"grpo", {{"shape_list_end", "yes"}}, {"objective.shape_list_end", "true", "false"}},
      {"grpo", {{"kl", "k4"}}, {"objective.kl", "k3"}},
      {"grpo", {{"epsilon", "0.2"}}, {"objective.epsilon", "epsilon_low"}},
      {"rank_gpro_log", {}, {"objective.name", "rank_grpo_log"}}};
  for (const Refused& c : cases) {
    const std::string message = Complaint(c.preset, c.overrides);
    EXPECT_NE(message, "no error") << c.preset << " " << c.named[0] << " was accepted";
    for (const std::string& word : c.named) EXPECT_NE(message.find(word), std::string::npos) << message;
  }
}

TEST(ObjectiveValidationTest, AConfigFilledByHandIsCheckedToo) {
  ObjectiveConfig config = PresetConfig("grpo");
  config.surrogate.epsilon_low = 2.0;
  EXPECT_THROW(MakeObjective(config), InputError);
}

TEST(ObjectiveValidationTest, OverridesReachTheConfig) {
  const ObjectiveConfig config = PresetConfig("rank_grpo_window", {{"window", "7"},
                                                                   {"window_discounted", "true"},
                                                                   {"delta", "3.5"},
                                                                   {"advantage_normalisation", "leave_one_out"},
                                                                   {"duplicate_penalty", "0.25"},
                                                                   {"rank_rule", "parsed"}});
  EXPECT_EQ(config.returns.window, 7);
  EXPECT_TRUE(config.returns.window_discounted);
  EXPECT_EQ(config.surrogate.delta, 3.5);
  EXPECT_EQ(config.advantage.normalisation, AdvantageNormalisation::kLeaveOneOut);
  EXPECT_EQ(config.reward_parts.duplicate, 0.25);
  EXPECT_EQ(config.rank_rule, "parsed");
}

TEST(ObjectiveValidationTest, DescriptionRebuildsTheConfig) {
  for (const ObjectiveEntry& entry : ListObjectives()) {
    const auto described = DescribeObjective(PresetConfig(entry.name));
    const ObjectiveOverrides fields(described.begin() + 1, described.end());
    EXPECT_EQ(described[0], std::make_pair(std::string("name"), std::string(entry.name)));
    // Another preset with every field overridden is this one but for its name.
    ObjectiveConfig rebuilt = PresetConfig("dapo");
    for (const auto& [name, value] : fields) SetObjectiveField(name, value, &rebuilt);
    rebuilt.name = entry.name;
    EXPECT_EQ(DescribeObjective(rebuilt), described) << entry.name;
  }
}

// The presets in figures, so that a slip in a preset's file is seen here.
TEST(ObjectiveValidationTest, PresetsInFigures) {
  const auto field = [](const std::string& preset, const std::string& name) {
    for (const auto& [known, value] : DescribeObjective(PresetConfig(preset))) {
      if (known == name) return value;
    }
    return std::string("no such field");
  };
  EXPECT_EQ(field("grpo", "epsilon_high"), "0.2");
  EXPECT_EQ(field("grpo", "reduction"), "grpo");
  EXPECT_EQ(field("grpo@official", "reduction"), "bnpo");
  EXPECT_EQ(field("gspo", "ratio_unit"), "sequence");
  EXPECT_EQ(field("gspo", "epsilon_low"), "0.0003");
  EXPECT_EQ(field("rank_grpo_log", "return_kind"), "log");
  EXPECT_EQ(field("rank_grpo_log", "reduction"), "rank_mean");
  EXPECT_EQ(field("rank_grpo_log", "epsilon_low"), "0.06");
  EXPECT_EQ(field("rank_grpo_exp_inf", "beta"), "0.001");
  EXPECT_EQ(field("rank_grpo_exp_inf", "shape_list_end"), "false");
  EXPECT_EQ(field("rank_grpo_exp_inf@official", "shape_list_end"), "true");
  EXPECT_EQ(field("rank_grpo_exp_inf@official", "eos_takes_rank_advantage"), "false");
  EXPECT_EQ(field("rank_grpo_exp_inf@official", "reduction"), "bnpo");
  EXPECT_EQ(field("rank_grpo_no_mean", "ratio_over_unit"), "sum");
  EXPECT_EQ(field("rank_grpo_no_mean", "return_kind"), "log");
  EXPECT_EQ(field("rank_grpo_no_causal", "return_kind"), "full_dcg");
  EXPECT_EQ(field("rank_grpo_no_causal", "ratio_over_unit"), "mean");
  EXPECT_EQ(field("rank_grpo_no_mean_no_causal", "ratio_over_unit"), "sum");
  EXPECT_EQ(field("rank_grpo_no_mean_no_causal", "return_kind"), "full_dcg");
}

}  // namespace
}  // namespace suite
