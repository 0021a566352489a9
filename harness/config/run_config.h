// RunConfig: the frozen, complete description of one run. Whatever can change a run's numbers is in here, and its hash
// is the run's name.
//
// Use it wherever a stage needs a setting; never add a flag, an environment variable or a constant for one. All
// settings with their defaults, allowed values and help are lines of run_config.def. How the layers (defaults < TOML
// file < profile < sweep < --set) make one, and an experiment many, is experiment.h.
//
//   RunConfig config;                            // all defaults
//   config.rl.group_size;                        // 8
//   config.objective.beta;                       // std::optional: nothing means "what the preset says"
//   ConfigHash(config);                          // "3f0c5a...": 12 hex digits; the folder of the run
//   StageHash(config, "sft");                    // the folder of the SFT checkpoint, shared by a sweep's runs
//   WriteFileAtomically(dir + "/config.toml", ToToml(config));
//
// Non-goals: it knows no file layout, no launcher and no output folder, for they do not change results.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace suite {

// Rules, code and results of one protocol version are comparable; it is part of every hash.
inline constexpr int kProtocolVersion = 1;

#define SECTION(Type, name, in_hash, help) struct Type {
#define FIELD(type, name, default_value, allowed, help) type name = default_value;
#define END_SECTION \
  }                 \
  ;
#include "harness/config/run_config.def"

struct RunConfig {
#define ROOT_FIELD(type, name, default_value, allowed, help) type name = default_value;
#define SECTION(Type, name, in_hash, help) Type name;
#include "harness/config/run_config.def"

  // Where a value came from, by key ("rl.steps" -> "quickstart.toml:12"); a key that is absent has its default. It is
  // not part of the hash: how a value was given does not matter.
  std::map<std::string, std::string> origins;
};

// One setting as text, for printing, for the metrics store and for tests.
struct ConfigEntry {
  std::string key;            // "rl.group_size"
  std::string type;           // "integer", "number", "true or false", "text", "list of integers"
  std::string value;          // as TOML: 8, 0.0002, true, "line", [5, 10]; an override that is not set: "preset"
  std::string default_value;  // likewise
  std::string allowed;        // "2 to 4096"; empty when everything of the type is
  std::string help;
  std::string origin;  // "default", "quickstart.toml:12", "quickstart.toml:30 (profile smoke)", "--set"
  bool in_hash = true;
};

// All settings in declared order.
std::vector<ConfigEntry> ConfigEntries(const RunConfig& config);

// The whole config as TOML, defaults included; reading it back gives an equal config (origins aside).
std::string ToToml(const RunConfig& config);

// The text behind --explain: one line a setting with value, origin, default, allowed values and help.
std::string Explain(const RunConfig& config);

// The text behind --help-config: key, type, default, allowed values, help.
std::string ConfigHelp();

// The run's name: the first 12 hex digits of the SHA-256 of all values that can change its numbers. run.threads counts
// (it changes the order of sums); run.processes does not (they share run.threads shards, and gradients are summed by
// shard: the same bits where threads are a power of two), nor does the checkpoint section (resume is exact), and the
// monitors section does only when one of its policies is "stop".
std::string ConfigHash(const RunConfig& config);

// The name of a stage whose result many runs share. `stage` is "pretrain" (depends on data, policy, pretrain, run) or
// "sft" (on sft, teacher, embedder and demonstrations as well). The stages take their seed from data.world_seed, and
// `seed` is RL's alone, unless sft.own_seed gives it to the stage sft too.
std::string StageHash(const RunConfig& config, const std::string& stage);

// What `objective` changes about its preset, as (field, text) in declared order: the overrides that are set, and the
// penalties that are not 0. algorithms/objective.h takes it as it is:
//
//   OverridesOf(config);                                         // {{"beta", "0.001"}, {"duplicate_penalty", "0.1"}}
//   MakeObjective(config.objective.preset, OverridesOf(config));
std::vector<std::pair<std::string, std::string>> OverridesOf(const RunConfig& config);

// Whether answers are counted from the training split (policy.kind) in place of a language model's.
bool IsCounted(const RunConfig& config);

// For such a run: no RL steps, one process, no GPU. Others stay as they are. The loaders call it.
void TakeCountedForm(RunConfig* config);

// Checks what no single field can: sizes that must divide, counts that must fit. Throws InputError naming the key and
// where its value came from. The loaders call it. Without `needs_policy` a real source may lack policy.path.
void CheckConsistent(const RunConfig& config, bool needs_policy = true);

}  // namespace suite
