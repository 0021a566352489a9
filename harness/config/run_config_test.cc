#include "harness/config/run_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "base/testing/error_of.h"
#include "base/text/allowed.h"
#include "harness/config/toml_text.h"

namespace suite {
namespace {

using testing::AllOf;
using testing::HasSubstr;

ConfigEntry Entry(const RunConfig& config, const std::string& key) {
  for (const ConfigEntry& entry : ConfigEntries(config)) {
    if (entry.key == key) return entry;
  }
  ADD_FAILURE() << "no entry " << key;
  return {};
}

TEST(Allowed, RangesAndNames) {
  EXPECT_TRUE(Between(2, 4).Admits(4.));
  EXPECT_FALSE(Between(2, 4).Admits(4.5));
  EXPECT_FALSE(Above(0).Admits(0.));
  EXPECT_TRUE(AtLeast(0).Admits(0.));
  EXPECT_FALSE(FromTo(0, 1).Admits(1.));
  EXPECT_FALSE(Anything().Admits(std::nan("")));
  EXPECT_FALSE(Above(0).Admits(std::numeric_limits<double>::infinity()));
  EXPECT_TRUE(OneOf({"a", "b"}).Admits(std::string("b")));
  EXPECT_FALSE(OneOf({"a", "b"}).Admits(std::string("c")));
  EXPECT_EQ(Between(2, 1000000).Text(), "2 to 1000000");
  EXPECT_EQ(FromTo(0, 1).Text(), "0 to less than 1");
  EXPECT_EQ(Above(0).Text(), "more than 0");
  EXPECT_EQ(AboveTo(0, 100).Text(), "more than 0, to 100");
  EXPECT_FALSE(AboveTo(0, 100).Admits(0.));
  EXPECT_TRUE(AboveTo(0, 100).Admits(100.));
  EXPECT_FALSE(AboveTo(0, 100).Admits(101.));
  EXPECT_EQ(OneOf({"a", "b"}).Text(), "a, b");
  EXPECT_EQ(Anything().Text(), "");
}

TEST(TomlText, RoundTripsAndKeepsTypesApart) {
  EXPECT_EQ(TomlText(10000.), "10000.0");
  EXPECT_EQ(TomlText(.1), "0.1");
  EXPECT_EQ(TomlText(1e-9), "1e-09");
  EXPECT_EQ(TomlText(int64_t{-3}), "-3");
  EXPECT_EQ(TomlText(std::string("a \"b\"\n\\")), "\"a \\\"b\\\"\\u000A\\\\\"");
  EXPECT_EQ(TomlText(std::vector<int64_t>{5, 10}), "[5, 10]");
  EXPECT_EQ(TomlText(std::optional<double>()), "\"preset\"");
  EXPECT_EQ(TomlText(std::optional<int64_t>(4)), "4");
  for (const double value : {1. / 3, 2e-4, 5e-324, 1.7976931348623157e308}) {
    EXPECT_EQ(std::strtod(TomlText(value).c_str(), nullptr), value);
  }
}

TEST(RunConfig, DefaultsLieInTheirOwnRanges) {
  const RunConfig config;
  EXPECT_NO_THROW(CheckConsistent(config));
  std::set<std::string> keys;
  for (const ConfigEntry& entry : ConfigEntries(config)) {
    EXPECT_TRUE(keys.insert(entry.key).second) << entry.key << " is declared twice";
    EXPECT_EQ(entry.value, entry.default_value) << entry.key;
    EXPECT_EQ(entry.origin, "default");
    EXPECT_FALSE(entry.help.empty()) << entry.key;
  }
  EXPECT_EQ(config.rl.group_size, 8);
  EXPECT_EQ(config.eval.k, (std::vector<int64_t>{5, 10}));
  EXPECT_FALSE(config.objective.beta.has_value());
}

TEST(RunConfig, HashFollowsValuesAndNothingElse) {
  const RunConfig base;
  const std::string hash = ConfigHash(base);
  EXPECT_EQ(hash.size(), 12u);
  EXPECT_EQ(hash.find_first_not_of("0123456789abcdef"), std::string::npos);

  RunConfig other = base;
  other.origins["rl.steps"] = "a.toml:3";
  other.checkpoint.every = 1;
  other.checkpoint.keep = 7;
  EXPECT_EQ(ConfigHash(other), hash) << "origins and checkpointing cannot change results";
  other.teacher.record = "teacher.jsonl";
  other.teacher_endpoint.url = "http://127.0.0.1:8000/v1";
  other.teacher_endpoint.key_variable = "MY_KEY";
  other.teacher_endpoint.price_per_million_output = 10;
  other.embedder_endpoint.concurrency = 2;
  EXPECT_EQ(ConfigHash(other), hash) << "nor how an endpoint is reached, nor what is recorded";
  other.monitors.window = 7;
  other.monitors.collapse = "off";
  EXPECT_EQ(ConfigHash(other), hash) << "a monitor that warns cannot either";
  other.monitors.exploding_ratio = "stop";
  const std::string stopping = ConfigHash(other);
  EXPECT_NE(stopping, hash) << "one that stops a run can";
  other.monitors.window = 8;
  EXPECT_NE(ConfigHash(other), stopping) << "and so can its settings";

  // Runs recorded before rl.activation_bytes was a setting are found by the names they had.
  EXPECT_EQ(base.rl.activation_bytes, int64_t{1} << 28);
  other = base;
  other.rl.activation_bytes = 1;
  EXPECT_NE(ConfigHash(other), hash) << "a setting that came later counts where it is not its default";

  const std::vector<std::function<void(RunConfig&)>> changes = {
      [](RunConfig& c) { c.seed = 1; },          [](RunConfig& c) { c.data.test = 7; },
      [](RunConfig& c) { c.run.threads = 2; },   [](RunConfig& c) { c.objective.beta = 0.; },
      [](RunConfig& c) { c.eval.k = {5}; },      [](RunConfig& c) { c.rl.learning_rate = std::nextafter(2e-4, 1); },
      [](RunConfig& c) { c.sft.batch = 31; },    [](RunConfig& c) { c.policy.tie_embeddings = false; },
      [](RunConfig& c) { c.pretrain.steps = 1; }};
  std::set<std::string> hashes = {hash};
  for (const auto& change : changes) {
    RunConfig changed = base;
    change(changed);
    EXPECT_TRUE(hashes.insert(ConfigHash(changed)).second);
  }
}

TEST(RunConfig, StageHashDependsOnItsSectionsOnly) {
  const RunConfig base;
  const std::string pretrain = StageHash(base, "pretrain");
  const std::string sft = StageHash(base, "sft");
  EXPECT_NE(pretrain, sft);

  RunConfig rl_only = base;
  rl_only.seed = 1;
  rl_only.objective.preset = "gspo";
  rl_only.rl.steps = 5;
  rl_only.eval.every = 3;
  EXPECT_EQ(StageHash(rl_only, "pretrain"), pretrain);
  EXPECT_EQ(StageHash(rl_only, "sft"), sft);

  RunConfig other_sft = base;
  other_sft.sft.demonstrations = "none";
  EXPECT_EQ(StageHash(other_sft, "pretrain"), pretrain);
  EXPECT_NE(StageHash(other_sft, "sft"), sft);

  for (const auto& change : std::vector<std::function<void(RunConfig&)>>{
           [](RunConfig& c) { c.demonstrations.gamma = .25; }, [](RunConfig& c) { c.demonstrations.adjust = true; },
           [](RunConfig& c) { c.teacher.knowledge = .5; }, [](RunConfig& c) { c.teacher.model = "m"; },
           [](RunConfig& c) { c.teacher.lock = "ab"; }, [](RunConfig& c) { c.sft.early_stop = 3; },
           [](RunConfig& c) { c.embedder.lock = "ab"; }, [](RunConfig& c) { c.sft.stop_at_step = 7; },
           [](RunConfig& c) { c.sft.own_seed = true; }}) {
    RunConfig changed = base;
    change(changed);
    EXPECT_EQ(StageHash(changed, "pretrain"), pretrain);
    EXPECT_NE(StageHash(changed, "sft"), sft);
  }
  RunConfig seeded = base, other_seed = base;
  seeded.sft.own_seed = other_seed.sft.own_seed = true;
  other_seed.seed = 1;
  EXPECT_NE(StageHash(seeded, "sft"), StageHash(other_seed, "sft"));
  EXPECT_EQ(StageHash(seeded, "pretrain"), StageHash(other_seed, "pretrain"));

  RunConfig other_world = base;
  other_world.data.world_seed = 1;
  EXPECT_NE(StageHash(other_world, "pretrain"), pretrain);
  EXPECT_NE(StageHash(other_world, "sft"), sft);
}

TEST(RunConfig, PrintsEveryValueAndItsOrigin) {
  RunConfig config;
  config.rl.steps = 7;
  config.origins["rl.steps"] = "a.toml:3";
  EXPECT_THAT(ToToml(config), AllOf(HasSubstr("seed = 3407\n\n[data]\n"), HasSubstr("[rl]\nsteps = 7\n"),
                                    HasSubstr("beta = \"preset\"\n"), HasSubstr("k = [5, 10]\n")));
  EXPECT_EQ(Entry(config, "rl.steps").origin, "a.toml:3");
  EXPECT_EQ(Entry(config, "rl.group_size").allowed, "2 to 4096");
  EXPECT_FALSE(Entry(config, "checkpoint.keep").in_hash);
  EXPECT_THAT(Explain(config), AllOf(HasSubstr("rl.steps = 7\n    from a.toml:3; default 100; integer, 0 to 100000000"),
                                     HasSubstr("rl.group_size = 8\n    from default; integer, 2 to 4096")));
  EXPECT_THAT(ConfigHelp(), HasSubstr("run.device [\"cpu\"] text, cpu, cuda: "));
}

TEST(RunConfig, OverridesAreWhatIsSet) {
  RunConfig config;
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(OverridesOf(config), Pairs());
  config.objective.epsilon_high = .1;
  config.objective.return_kind = "log";
  config.objective.window = 3;
  config.objective.unbiased_std = false;
  config.objective.duplicate_penalty = .5;
  config.objective.rank_rule = "parsed";
  config.demonstrations.reflect = true;  // not the objective's
  EXPECT_EQ(OverridesOf(config), (Pairs{{"epsilon_high", "0.1"},
                                        {"unbiased_std", "false"},
                                        {"return_kind", "log"},
                                        {"window", "3"},
                                        {"rank_rule", "parsed"},
                                        {"duplicate_penalty", "0.5"}}));
}

TEST(RunConfig, RefusesWhatDoesNotFitTogether) {
  const auto error = [](const std::function<void(RunConfig&)>& change) {
    RunConfig config;
    change(config);
    return ErrorOf([&] { CheckConsistent(config); });
  };
  EXPECT_THAT(error([](RunConfig& c) { c.policy.heads = 3; }), HasSubstr("policy.heads: 3 does not fit"));
  EXPECT_THAT(error([](RunConfig& c) {
                c.policy.heads = 64;
                c.policy.kv_heads = 64;
              }),
              HasSubstr("even head size"));
  EXPECT_THAT(error([](RunConfig& c) { c.policy.kv_heads = 3; }), HasSubstr("a divisor of policy.heads = 4"));
  EXPECT_THAT(error([](RunConfig& c) { c.policy.chat_template = "plain"; }), HasSubstr("there is no policy.path"));
  EXPECT_THAT(error([](RunConfig& c) { c.policy.new_tokens = "centroids"; }),
              HasSubstr("policy.new_tokens: 'centroids' are not there: data.item_form is title_year; allowed: mean, or "
                        "data.item_form codes with data.codes kmeans"));
  EXPECT_THAT(error([](RunConfig& c) {
                c.data.item_form = "codes";
                c.data.codes = "random";
                c.policy.new_tokens = "centroids";
              }),
              HasSubstr("data.codes is random"));
  EXPECT_THAT(error([](RunConfig& c) { c.sft.accumulation = 3; }), HasSubstr("a divisor of sft.batch = 32"));
  EXPECT_THAT(error([](RunConfig& c) { c.sft.stop_at_step = 1001; }), HasSubstr("at most sft.steps = 1000"));
  EXPECT_THAT(error([](RunConfig& c) { c.teacher.out_of_catalog = -.5; }), HasSubstr("0 to 1, or -1"));
  EXPECT_THAT(error([](RunConfig& c) { c.embedder.kind = "minilm"; }), HasSubstr("embedder.path: is missing"));
  EXPECT_THAT(error([](RunConfig& c) {
                c.sft.demonstrations = "teacher_raw";
                c.demonstrations.adjust = true;
              }),
              HasSubstr("no demonstrations.remap, reflect or adjust beside it"));
  EXPECT_THAT(error([](RunConfig& c) {
                c.data.source = "redial";
                c.data.path = c.policy.path = "folder";
              }),
              HasSubstr("embedder.kind: 'miniature' knows the miniature's films only"));
  EXPECT_THAT(error([](RunConfig& c) { c.data.item_form = "codes"; }),
              HasSubstr("data.codes: 'index' is not there: data.source is miniature; allowed: kmeans, random"));
  EXPECT_THAT(error([](RunConfig& c) {
                c.data.source = "jsonl";
                c.data.path = c.policy.path = "folder";
                c.data.item_form = "codes";
                c.data.codes = "kmeans";
              }),
              HasSubstr("data.codes: 'kmeans' needs the items' vectors, and embedder.kind is miniature"));
  EXPECT_THAT(error([](RunConfig& c) {
                c.data.source = "jsonl";
                c.data.path = "folder";
                c.embedder.kind = "endpoint";
                c.embedder.model = "m";
              }),
              HasSubstr("policy.path: is missing for data.source jsonl; allowed: a Hugging Face folder, or "
                        "policy.from_scratch = true"));
  EXPECT_THAT(
      error([](RunConfig& c) { c.data.truth_rule = "accepted"; }),
      HasSubstr("data.truth_rule: is not used: data.source is miniature; allowed: data.source redial_original"));
  EXPECT_THAT(error([](RunConfig& c) {
                c.data.source = "redial_original";
                c.data.path = c.policy.path = "folder";
                c.data.split_rule = "validation_by_dialogue";
              }),
              HasSubstr("data.validation_percent: 0 does not fit; allowed: 1 and more"));
  EXPECT_THAT(error([](RunConfig& c) { c.policy.from_scratch = true; }),
              HasSubstr("policy.from_scratch: true has no meaning: data.source is miniature"));
  EXPECT_THAT(error([](RunConfig& c) {
                c.data.source = "jsonl";
                c.data.path = c.policy.path = "folder";
                c.policy.from_scratch = true;
              }),
              HasSubstr("policy.from_scratch: true has no meaning: policy.path is folder"));
  EXPECT_THAT(error([](RunConfig& c) {
                c.data.rl_share = .5;
                c.sft.demonstrations = "source";
              }),
              HasSubstr("data.rl_share: 0.5 cannot be kept from the source's own demonstrations"));
  EXPECT_THAT(error([](RunConfig& c) { c.data.prompt = "items"; }),
              HasSubstr("data.prompt: 'items' is for histories of items, and data.source is miniature"));
  EXPECT_THAT(error([](RunConfig& c) { c.teacher.kind = "neighbours"; }),
              HasSubstr("teacher.kind: 'neighbours' counts and judges nothing"));
  EXPECT_THAT(error([](RunConfig& c) { c.data.next_items = 2; }),
              HasSubstr("data.next_items: is not used: data.source is miniature"));
  EXPECT_THAT(error([](RunConfig& c) {
                c.data.item_form = "title";
                c.teacher.kind = "chat";
                c.teacher.model = "m";
              }),
              HasSubstr("teacher.kind: 'chat' is asked for films, and data.item_form is title"));
  EXPECT_THAT(error([](RunConfig& c) { c.teacher.kind = "chat"; }), HasSubstr("teacher.model: is missing"));
  EXPECT_THAT(error([](RunConfig& c) { c.teacher.kind = "replay"; }), HasSubstr("teacher.path: is missing"));
  EXPECT_THAT(error([](RunConfig& c) { c.teacher.path = "a.jsonl"; }), HasSubstr("'a.jsonl' is not read"));
  EXPECT_THAT(error([](RunConfig& c) { c.teacher.temperature = -.5; }), HasSubstr("0 to 2, or -1"));
  EXPECT_THAT(error([](RunConfig& c) { c.embedder.kind = "vectors"; }), HasSubstr("embedder.path: is missing"));
  EXPECT_THAT(error([](RunConfig& c) { c.embedder.kind = "endpoint"; }), HasSubstr("embedder.model: is missing"));
  EXPECT_THAT(error([](RunConfig& c) { c.embedder.path = "folder"; }), HasSubstr("'folder' is not read"));
  const std::string shown = error([](RunConfig& c) { c.teacher_endpoint.key_variable = "sk-abc"; });
  EXPECT_THAT(shown, AllOf(HasSubstr("teacher_endpoint.key_variable"), testing::Not(HasSubstr("sk-abc"))));
  EXPECT_THAT(error([](RunConfig& c) { c.sft.early_stop = 2; }), HasSubstr("sft.validate_every above 0"));
  EXPECT_THAT(error([](RunConfig& c) { c.eval.k = {5, 20}; }), HasSubstr("up to data.list_length = 10"));
  EXPECT_THAT(error([](RunConfig& c) { c.eval.k = {5, 5}; }), HasSubstr("[5, 5] does not fit"));
  EXPECT_THAT(error([](RunConfig& c) { c.eval.k = {}; }), HasSubstr("eval.k"));
  EXPECT_THAT(error([](RunConfig& c) { c.data.catalog_items = 9; }), HasSubstr("at most data.catalog_items = 9"));
  EXPECT_THAT(error([](RunConfig& c) { c.data.train = 100; }), HasSubstr("default: sft.examples: 6000 does not fit"));
  EXPECT_THAT(error([](RunConfig& c) { c.rl.micro_batch_prompts = 13; }), HasSubstr("at most rl.prompts_per_step"));
  EXPECT_THAT(error([](RunConfig& c) { c.data.train = c.sft.examples = 8; }), HasSubstr("rl.prompts_per_step"));
}

}  // namespace
}  // namespace suite
