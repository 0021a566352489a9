// One value that a layer gives to one setting, and how layers of them are laid over a RunConfig.
//
//   RunConfig config;
//   ApplySettings({{"rl.steps", int64_t{5}, "quickstart.toml:12"}}, {}, &config);
//   config.rl.steps;                 // 5
//   config.origins["rl.steps"];      // "quickstart.toml:12"
//
// A key that is not known, a value of the wrong type and a value out of range are InputErrors that name the origin,
// what was found, the nearest known key or the allowed range.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "harness/config/run_config.h"

namespace suite {

using SettingValue = std::variant<bool, int64_t, double, std::string, std::vector<int64_t>>;

struct Setting {
  std::string key;     // "rl.steps"; "run.rl.steps" means the same, for files that put the base run under [run]
  SettingValue value;  // an integer also serves where a number is asked for
  std::string origin;  // "quickstart.toml:12", "quickstart.toml:30 (profile smoke)", "--set"
};

// Names that only a caller knows, by key: {"objective.preset", {"grpo", "gspo", ...}}. A key that is absent takes any
// name that run_config.def allows.
using KnownNames = std::map<std::string, std::vector<std::string>>;

// Lays `settings` over `config`, in order. Throws InputError at the first that does not fit. Does not call
// CheckConsistent: a later layer may still repair what an earlier one made inconsistent.
void ApplySettings(const std::vector<Setting>& settings, const KnownNames& known_names, RunConfig* config);

// The known key that `key` means ("run.rl.steps" is "rl.steps"). Throws InputError naming `origin` and the nearest key.
std::string ResolveKey(const std::string& key, const std::string& origin);

// As TOML text, and in words for errors: 5 is "5" and "the integer 5".
std::string SettingText(const SettingValue& value);
std::string DescribeSetting(const SettingValue& value);

}  // namespace suite
