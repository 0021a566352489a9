#include "harness/config/sweep_priorities.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"

namespace suite {
namespace {

// Every setting's value as text: values are equal when their texts are.
using ValueTexts = std::map<std::string, std::string>;

ValueTexts TextsOf(const RunConfig& config) {
  ValueTexts texts;
  for (ConfigEntry& entry : ConfigEntries(config)) texts.emplace(std::move(entry.key), std::move(entry.value));
  return texts;
}

// As the setting has it: 1 is 1.0 where a number is asked for. Throws InputError for what it cannot be.
std::string TextOf(const SweepAxis& condition, const SettingValue& value, const KnownNames& known_names) {
  RunConfig scratch;
  ApplySettings({{condition.key, value, condition.origin}}, known_names, &scratch);
  return TextsOf(scratch).at(condition.key);
}

using TextsOfKeys = std::map<std::string, std::set<std::string>>;

TextsOfKeys ConditionsOf(const PriorityRule& rule, const KnownNames& known_names) {
  TextsOfKeys conditions;
  for (const SweepAxis& condition : rule.runs) {
    for (const SettingValue& value : condition.values) {
      conditions[condition.key].insert(TextOf(condition, value, known_names));
    }
  }
  return conditions;
}

bool Fits(const ValueTexts& run, const TextsOfKeys& conditions) {
  return std::all_of(conditions.begin(), conditions.end(),
                     [&](const auto& condition) { return condition.second.count(run.at(condition.first)) > 0; });
}

bool FitsAny(const std::vector<ValueTexts>& runs, const TextsOfKeys& conditions) {
  return std::any_of(runs.begin(), runs.end(), [&](const ValueTexts& run) { return Fits(run, conditions); });
}

// Some run must have each value of the condition.
void CheckValues(const SweepAxis& condition, const std::vector<ValueTexts>& runs, const KnownNames& known_names) {
  for (const SettingValue& value : condition.values) {
    if (FitsAny(runs, {{condition.key, {TextOf(condition, value, known_names)}}})) continue;
    std::set<std::string> there;
    for (const ValueTexts& run : runs) there.insert(run.at(condition.key));
    std::string allowed;
    for (const std::string& one : there) allowed += (allowed.empty() ? "" : ", ") + one;
    throw InputError(condition.origin, condition.key + " is never " + DescribeSetting(value) + " in the sweep",
                     allowed);
  }
}

}  // namespace

std::vector<int64_t> PrioritiesOf(const std::vector<RunConfig>& runs, const std::vector<PriorityRule>& rules,
                                  const KnownNames& known_names) {
  std::vector<int64_t> priorities(runs.size(), 0);
  std::vector<TextsOfKeys> conditions;
  for (const PriorityRule& rule : rules) conditions.push_back(ConditionsOf(rule, known_names));
  for (size_t i = 0; i < runs.size() && !rules.empty(); ++i) {
    const ValueTexts run = TextsOf(runs[i]);
    for (size_t r = 0; r < rules.size(); ++r) {
      if (Fits(run, conditions[r])) priorities[i] += rules[r].priority;
    }
  }
  return priorities;
}

void CheckPriorities(const std::vector<PriorityRule>& rules, const std::vector<RunConfig>& runs,
                     const std::vector<std::string>& swept, const KnownNames& known_names) {
  if (rules.empty()) return;
  std::vector<ValueTexts> texts;
  for (const RunConfig& run : runs) texts.push_back(TextsOf(run));
  for (const PriorityRule& rule : rules) {
    for (const SweepAxis& condition : rule.runs) {
      if (std::find(swept.begin(), swept.end(), condition.key) == swept.end()) {
        throw UnknownName(condition.origin, "key of the sweep", condition.key, swept);
      }
      CheckValues(condition, texts, known_names);
    }
    if (!FitsAny(texts, ConditionsOf(rule, known_names))) {
      throw InputError(rule.runs.front().origin, "fits no run", "a rule that fits a run of the sweep");
    }
  }
}

}  // namespace suite
