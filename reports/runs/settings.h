// The settings of a run as flat keys and plain texts, and in which of them runs differ.
//
//   Settings settings = FlattenConfig(record.config, record.path);      // {"objective.preset": "grpo", "seed": "3407"}
//   SettingOf(settings, "rl.steps");                                    // "not set" where there is none
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace suite {

using Settings = std::map<std::string, std::string>;

// A config (TOML, or JSON when it begins with a brace) as dotted keys and plain values. Throws InputError at `where`.
Settings FlattenConfig(const std::string& config, const std::string& where);

// The value of a key, "not set" where there is none.
std::string SettingOf(const Settings& settings, const std::string& key);

// Whether the run's answers were counted from the training split (policy.kind): nothing was trained, no seed matters.
bool IsCounted(const Settings& settings);

// The keys, but that of the seed, that are not the same in all of these settings, each with its values.
using DifferingSettings = std::map<std::string, std::set<std::string>>;
DifferingSettings DifferencesOf(const std::vector<const Settings*>& all, const std::string& seed_key);

// "rl.group_size" gives "group_size".
std::string ShortName(const std::string& key);

// The values of the keys but `without`, in words: "group_size 4, steps 60".
std::string LabelOf(const Settings& settings, const DifferingSettings& keys, const std::string& without);

// The number that the whole text is.
std::optional<double> NumberOf(const std::string& text);
bool AreNumbers(const std::set<std::string>& texts);

// Numbers by value, anything else by letters: the order of seeds.
bool SeedLess(const std::string& a, const std::string& b);

}  // namespace suite
