#include "reports/runs/start_groups.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

#include "reports/runs/arm_scores.h"
#include "reports/runs/settings.h"

namespace suite {
namespace {

// The settings that make the policy from which RL starts.
bool MakesTheStart(const std::string& key) {
  for (const char* section : {"data.", "policy.", "pretrain.", "sft.", "teacher", "embedder", "demonstrations."}) {
    if (key.rfind(section, 0) == 0) return true;
  }
  return false;
}

// Those by which one policy answers differently.
bool DecodesTheStart(const std::string& key) {
  static const std::set<std::string> keys = {"rl.exclude_seen", "rl.max_new_tokens", "rl.extra_lines", "run.dtype"};
  return keys.count(key) > 0;
}

Settings SettingsOfStart(const ReportRun& run) {
  Settings settings;
  for (const auto& [key, value] : run.config) {
    if (MakesTheStart(key) || DecodesTheStart(key)) settings.emplace(key, value);
  }
  // An evaluation is held to what it says, or else to what RL is held to.
  const std::string own = SettingOf(run.config, "eval.constraint");
  const bool as_rl = own == "as_rl" || own == "not set";
  settings["eval.constraint"] = as_rl ? SettingOf(run.config, "rl.constraint") : own;
  return settings;
}

// The settings that tell the groups apart: each group has one value, and not all have the same. Content pins say
// nothing to a reader.
DifferingSettings DifferencesOf(const std::vector<StartGroup>& groups) {
  std::map<std::string, std::set<std::string>> values_of_key;
  std::set<std::string> mixed;
  for (const StartGroup& group : groups) {
    const Settings first = SettingsOfStart(*group.runs[0]);
    for (const auto& [key, value] : first) {
      values_of_key[key].insert(value);
      const bool same = std::all_of(group.runs.begin(), group.runs.end(), [&](const ReportRun* run) {
        return SettingOf(SettingsOfStart(*run), key) == value;
      });
      if (!same) mixed.insert(key);
    }
  }
  DifferingSettings differing;
  for (const auto& [key, values] : values_of_key) {
    if (values.size() > 1 && !mixed.count(key) && ShortName(key) != "lock") differing[key] = values;
  }
  return differing;
}

// One of them where one is enough to tell every group from every other: a constraint is said, not what goes with it.
DifferingSettings FewestOf(const DifferingSettings& differing, size_t groups) {
  for (const auto& [key, values] : differing) {
    if (values.size() == groups) return {{key, values}};
  }
  return differing;
}

void NameGroups(const std::string& baseline, std::vector<StartGroup>* groups) {
  const DifferingSettings differing = FewestOf(DifferencesOf(*groups), groups->size());
  for (size_t g = 0; g < groups->size(); ++g) {
    StartGroup& group = (*groups)[g];
    const std::string label = LabelOf(SettingsOfStart(*group.runs[0]), differing, "");
    group.name = baseline;
    if (groups->size() > 1) group.name += " (" + (label.empty() ? std::to_string(g + 1) : label) + ")";
  }
}

}  // namespace

std::vector<StartGroup> StartGroups(const ReportSpec& spec, const RunSet& set) {
  std::vector<StartGroup> groups;
  std::map<Settings, size_t> group_of_settings;
  std::map<std::string, size_t> group_of_scores;
  for (const ReportRun* run : AllWithStart(set, spec.split)) {
    const Settings settings = SettingsOfStart(*run);
    const std::string scores = StartOf(*run, spec.split);
    size_t group = groups.size();
    if (const auto known = group_of_settings.find(settings); known != group_of_settings.end()) group = known->second;
    if (const auto known = group_of_scores.find(scores); known != group_of_scores.end()) group = known->second;
    if (group == groups.size()) groups.emplace_back();
    groups[group].runs.push_back(run);
    group_of_settings.emplace(settings, group);
    group_of_scores.emplace(scores, group);
  }
  NameGroups(spec.baseline, &groups);
  return groups;
}

std::string StartOf(const ReportRun& run, const std::string& split) {
  if (HasStart(run, split)) {
    const ScoreTable& table = FindScores(run.record, split);
    std::string bytes(table.metric_names.size() * table.conversation_ids.size() * sizeof(table.values[0]), '\0');
    std::memcpy(bytes.data(), table.values.data(), bytes.size());
    return bytes;
  }
  std::string start;
  for (const auto& [key, value] : run.config) {
    if (MakesTheStart(key)) start += key + "=" + value + "\n";
  }
  return SettingOf(run.config, "sft.own_seed") == "true" ? start + run.seed : start;
}

}  // namespace suite
