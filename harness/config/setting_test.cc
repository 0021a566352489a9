#include "harness/config/setting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/testing/error_of.h"
#include "base/text/allowed.h"
#include "harness/config/names_elsewhere.h"
#include "harness/config/toml_settings.h"
#include "harness/config/visit_fields.h"

namespace suite {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string ErrorOf(const Setting& setting, const KnownNames& known_names = {}) {
  RunConfig config;
  return suite::ErrorOf([&] { ApplySettings({setting}, known_names, &config); });
}

TEST(ApplySettings, LaterWinsAndOriginsAreKept) {
  RunConfig config;
  ApplySettings({{"rl.steps", int64_t{5}, "a.toml:2"},
                 {"rl.steps", int64_t{6}, "--set"},
                 {"run.rl.group_size", int64_t{4}, "a.toml:3"},
                 {"run.threads", int64_t{2}, "a.toml:4"},
                 {"rl.learning_rate", int64_t{1}, "a.toml:5"}},
                {}, &config);
  EXPECT_EQ(config.rl.steps, 6);
  EXPECT_EQ(config.origins.at("rl.steps"), "--set");
  EXPECT_EQ(config.rl.group_size, 4);
  EXPECT_EQ(config.run.threads, 2);
  EXPECT_EQ(config.rl.learning_rate, 1.) << "an integer serves as a number";
  EXPECT_EQ(config.origins.size(), 4u);
}

TEST(ApplySettings, OverridesCanBeSetAndTakenBack) {
  RunConfig config;
  ApplySettings(
      {{"objective.beta", .1, "x"}, {"objective.window", int64_t{3}, "x"}, {"objective.kl", std::string("k3"), "x"}},
      {}, &config);
  EXPECT_EQ(config.objective.beta, .1);
  EXPECT_EQ(config.objective.window, 3);
  EXPECT_EQ(config.objective.kl, "k3");
  ApplySettings({{"objective.beta", std::string("preset"), "x"}, {"objective.kl", std::string("preset"), "x"}}, {},
                &config);
  EXPECT_FALSE(config.objective.beta.has_value());
  EXPECT_FALSE(config.objective.kl.has_value());
}

TEST(ApplySettings, RefusesUnknownKeysWithTheNearest) {
  EXPECT_THAT(ErrorOf({"rl.stesp", int64_t{5}, "a.toml:2"}),
              AllOf(HasSubstr("a.toml:2: unknown setting 'rl.stesp' (did you mean 'rl.steps'?)"),
                    HasSubstr("allowed: rl.steps, rl.prompts_per_step")));
  EXPECT_THAT(ErrorOf({"run.rl.stesp", int64_t{5}, "a.toml:2"}), HasSubstr("did you mean 'rl.steps'?"));
  EXPECT_THAT(ErrorOf({"sede", int64_t{5}, "a.toml:2"}),
              AllOf(HasSubstr("did you mean 'seed'?"),
                    HasSubstr("sections data, policy, pretrain, sft, teacher, teacher_endpoint, embedder, "
                              "embedder_endpoint, demonstrations, objective, rl")));
}

TEST(ApplySettings, SuggestsAKeyOfAnotherSectionAndNothingFar) {
  EXPECT_THAT(ErrorOf({"group_size", int64_t{5}, "x"}), HasSubstr("(did you mean 'rl.group_size'?); allowed: rl."));
  EXPECT_THAT(ErrorOf({"sft.group_size", int64_t{5}, "x"}), HasSubstr("(did you mean 'rl.group_size'?)"));
  EXPECT_THAT(ErrorOf({"rl.wavelets", int64_t{5}, "x"}),
              HasSubstr("x: unknown setting 'rl.wavelets'; allowed: rl.steps, rl.prompts_per_step"));
  EXPECT_THAT(ErrorOf({"wavelets", int64_t{5}, "x"}), HasSubstr("unknown setting 'wavelets'; allowed: seed, and"));
}

TEST(ApplySettings, KnowsWhatOtherTrainersCallASetting) {
  const std::pair<const char*, const char*> named[] = {
      {"rl.lr", "rl.learning_rate"},
      {"sft.lr", "sft.learning_rate"},
      {"rl.G", "rl.group_size"},
      {"num_generations", "rl.group_size"},
      {"rl.mu", "rl.updates_per_rollout"},
      {"epsilon", "objective.epsilon_low"},
      {"objective.kl_coef", "objective.beta"},
      {"max_completion_length", "rl.max_new_tokens"},
  };
  for (const auto& [theirs, ours] : named) {
    EXPECT_THAT(ErrorOf({theirs, int64_t{5}, "x"}), HasSubstr(std::string("(did you mean '") + ours + "'?)")) << theirs;
  }
}

TEST(NameHere, NamesSettingsThatAreThere) {
  const std::vector<ConfigEntry> entries = ConfigEntries(RunConfig());
  for (const char* theirs : {"clip_ratio_c", "kl_loss_type", "entropy_coeff", "importance_sampling_level",
                             "loss_agg_mode", "scale_rewards", "adv_estimator", "bf16", "save_total_limit",
                             "gradient_checkpointing", "grad_clip", "max_prompt_length", "dataset_name"}) {
    const bool known = std::any_of(entries.begin(), entries.end(),
                                   [&](const ConfigEntry& entry) { return entry.key == NameHere(theirs); });
    EXPECT_TRUE(known) << theirs << " is said to be '" << NameHere(theirs) << "'";
  }
  EXPECT_EQ(NameHere("wavelets"), "");
}

TEST(ApplySettings, RefusesWrongTypes) {
  EXPECT_THAT(ErrorOf({"rl.steps", std::string("many"), "a.toml:2"}),
              HasSubstr("a.toml:2: rl.steps is the text \"many\"; allowed: an integer, 0 to 100000000"));
  EXPECT_THAT(ErrorOf({"rl.steps", 2., "x"}), HasSubstr("the number 2.0; allowed: an integer"));
  EXPECT_THAT(ErrorOf({"rl.learning_rate", true, "x"}), HasSubstr("rl.learning_rate is true; allowed: a number"));
  EXPECT_THAT(ErrorOf({"policy.tie_embeddings", int64_t{1}, "x"}), HasSubstr("allowed: true or false"));
  EXPECT_THAT(ErrorOf({"eval.k", int64_t{5}, "x"}), HasSubstr("allowed: a list of integers, 1 to 100"));
  EXPECT_THAT(ErrorOf({"objective.beta", std::string("none"), "x"}), HasSubstr("allowed: a number, 0 to 1000000"));
  EXPECT_THAT(ErrorOf({"run.device", int64_t{0}, "x"}), HasSubstr("allowed: a text, cpu, cuda"));
}

TEST(ApplySettings, RefusesValuesOutOfRange) {
  EXPECT_THAT(ErrorOf({"rl.group_size", int64_t{1}, "a.toml:2"}),
              HasSubstr("a.toml:2: rl.group_size is the integer 1; allowed: an integer, 2 to 4096"));
  EXPECT_THAT(ErrorOf({"rl.learning_rate", 0., "x"}), HasSubstr("allowed: a number, more than 0, to 100"));
  EXPECT_THAT(ErrorOf({"rl.beta2", 1., "x"}), HasSubstr("0 to less than 1"));
  EXPECT_THAT(ErrorOf({"objective.epsilon_low", 1.5, "x"}), HasSubstr("allowed: a number, 0 to 1"));
  EXPECT_THAT(ErrorOf({"eval.k", std::vector<int64_t>{5, 0}, "x"}), HasSubstr("the list [5, 0]"));
  EXPECT_THAT(ErrorOf({"run.device", std::string("gpu"), "x"}), HasSubstr("unknown run.device 'gpu'"));
}

// Of one setting that is a number: both ends of its range are there, are taken where they belong to it, and hold.
class EndsOfRange {
 public:
  template <typename T>
  void operator()(const FieldInfo& field, const T&) {
    if constexpr (std::is_same_v<T, int64_t> || std::is_same_v<T, std::optional<int64_t>>) {
      Check<int64_t>(field, [](int64_t value) { return SettingValue(value); });
    } else if constexpr (std::is_same_v<T, double> || std::is_same_v<T, std::optional<double>>) {
      Check<double>(field, [](double value) { return SettingValue(value); });
    } else if constexpr (std::is_same_v<T, std::vector<int64_t>>) {
      Check<int64_t>(field, [](int64_t value) { return SettingValue(std::vector<int64_t>{value}); });
    }
  }

  int numbers = 0;

 private:
  template <typename Number, typename Make>
  void Check(const FieldInfo& field, const Make& make) {
    ++numbers;
    const Allowed& allowed = field.allowed;
    ASSERT_TRUE(allowed.least && allowed.most) << field.key << " has no two ends: " << allowed.Text();
    const auto error = [&](Number value) { return ErrorOf({field.key, make(value), "a.toml:1"}); };
    const auto least = static_cast<Number>(*allowed.least), most = static_cast<Number>(*allowed.most);
    const std::string refused = field.key + " is ";
    EXPECT_EQ(error(least) == "no error", !allowed.least_is_open) << field.key;
    EXPECT_EQ(error(most) == "no error", !allowed.most_is_open) << field.key;
    std::vector<Number> beyond = {std::numeric_limits<Number>::lowest(), std::numeric_limits<Number>::max()};
    if constexpr (std::is_integral_v<Number>) {
      beyond.insert(beyond.end(), {least - 1, most + 1});
    } else {
      beyond.insert(beyond.end(), {std::nextafter(least, -1e300), std::nextafter(most, 1e300), std::nan(""),
                                   std::numeric_limits<Number>::infinity()});
    }
    for (const Number value : beyond) EXPECT_THAT(error(value), HasSubstr(refused)) << value;
  }
};

TEST(ApplySettings, EveryNumberHasTwoEndsThatHold) {
  const RunConfig defaults;
  EndsOfRange ends;
  VisitFields(defaults, ends);
  EXPECT_GT(ends.numbers, 120);
}

TEST(ApplySettings, AsksTheCallersNames) {
  const KnownNames known = {{"objective.preset", {"grpo", "gspo"}}, {"objective.kl", {"k1", "k3"}}};
  EXPECT_EQ(ErrorOf({"objective.preset", std::string("gspo"), "x"}, known), "no error");
  EXPECT_THAT(ErrorOf({"objective.preset", std::string("gsop"), "a.toml:7"}, known),
              HasSubstr("a.toml:7: unknown objective.preset 'gsop' (did you mean 'gspo'?); allowed: grpo, gspo"));
  EXPECT_EQ(ErrorOf({"objective.kl", std::string("preset"), "x"}, known), "no error");
  EXPECT_THAT(ErrorOf({"objective.kl", std::string("k4"), "x"}, known), HasSubstr("allowed: k1, k3"));
}

TEST(ParseAssignment, ReadsTomlAndBareWords) {
  EXPECT_EQ(ParseAssignment("rl.steps=5").value, SettingValue(int64_t{5}));
  EXPECT_EQ(ParseAssignment(" rl.steps = 5 ").key, "rl.steps");
  EXPECT_EQ(ParseAssignment("rl.learning_rate=2e-4").value, SettingValue(2e-4));
  EXPECT_EQ(ParseAssignment("objective.preset=gspo").value, SettingValue(std::string("gspo")));
  EXPECT_EQ(ParseAssignment("objective.preset=\"gspo\"").value, SettingValue(std::string("gspo")));
  EXPECT_EQ(ParseAssignment("policy.tie_embeddings=false").value, SettingValue(false));
  EXPECT_EQ(ParseAssignment("eval.k=[1, 3]").value, SettingValue(std::vector<int64_t>{1, 3}));
  EXPECT_EQ(ParseAssignment("a=b=c").value, SettingValue(std::string("b=c")));
  EXPECT_EQ(ParseAssignment("a=1\nb=2").value, SettingValue(std::string("1\nb=2"))) << "one key at a time";
  EXPECT_EQ(ParseAssignment("a=2020-01-01").value, SettingValue(std::string("2020-01-01")));
  for (const char* wrong : {"rl.steps", "=5", ""}) {
    EXPECT_THROW(ParseAssignment(wrong), InputError) << wrong;
  }
}

}  // namespace
}  // namespace suite
