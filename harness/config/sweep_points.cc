#include "harness/config/sweep_points.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text/format.h"

namespace suite {
namespace {

constexpr char kSeedKey[] = "seed";

// More runs than this are a typing error, not an experiment.
constexpr size_t kMaxRuns = 10000;

const SweepAxis* FindAxis(const std::vector<SweepAxis>& axes, const std::string& key) {
  const auto found = std::find_if(axes.begin(), axes.end(), [&](const SweepAxis& axis) { return axis.key == key; });
  return found == axes.end() ? nullptr : &*found;
}

std::vector<SweepPoint> Grid(const std::vector<SweepAxis>& axes) {
  std::vector<SweepPoint> points = {{}};
  for (const SweepAxis& axis : axes) {
    if (points.size() * axis.values.size() > kMaxRuns) {
      throw InputError(axis.origin, "the sweep has more than " + std::to_string(kMaxRuns) + " runs", "fewer values");
    }
    std::vector<SweepPoint> longer;
    for (const SweepPoint& point : points) {
      for (const SettingValue& value : axis.values) {
        longer.push_back(point);
        longer.back().push_back({axis.key, value, axis.origin});
      }
    }
    points = std::move(longer);
  }
  return points;
}

std::optional<double> NumberOf(const SettingValue& value) {
  if (const auto* integer = std::get_if<int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return std::nullopt;
}

// A rule may write 1 where the axis has 1.0.
bool AreSame(const SettingValue& a, const SettingValue& b) {
  return a == b || (NumberOf(a) && NumberOf(a) == NumberOf(b));
}

bool Contains(const std::vector<SettingValue>& values, const SettingValue& value) {
  return std::any_of(values.begin(), values.end(), [&](const SettingValue& one) { return AreSame(one, value); });
}

bool Fits(const SweepPoint& point, const SweepRule& rule) {
  return std::all_of(rule.begin(), rule.end(), [&](const SweepAxis& condition) {
    return std::any_of(point.begin(), point.end(), [&](const Setting& setting) {
      return setting.key == condition.key && Contains(condition.values, setting.value);
    });
  });
}

bool IsExcluded(const SweepPoint& point, const SweepRules& rules) {
  return std::any_of(rules.exclude.begin(), rules.exclude.end(),
                     [&](const SweepRule& rule) { return Fits(point, rule); });
}

std::vector<SweepPoint> PointsOfInclude(SweepRule rule, const std::vector<SweepAxis>& axes) {
  const SweepAxis* seeds = FindAxis(axes, kSeedKey);
  if (seeds && !FindAxis(rule, kSeedKey)) rule.push_back(*seeds);
  return Grid(rule);
}

std::vector<std::string> KeysOf(const std::vector<SweepAxis>& axes) {
  std::vector<std::string> keys;
  for (const SweepAxis& axis : axes) keys.push_back(axis.key);
  return keys;
}

std::vector<std::string> TextsOf(const std::vector<SettingValue>& values) {
  std::vector<std::string> texts;
  for (const SettingValue& value : values) texts.push_back(SettingText(value));
  return texts;
}

std::string LastWord(const std::string& key) { return key.substr(key.rfind('.') + 1); }

std::string PlainText(const SettingValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text ? *text : SettingText(value);
}

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
    throw InputError(condition.origin, condition.key + " is never " + DescribeSetting(value) + " in the sweep",
                     Join(there, ", "));
  }
}

}  // namespace

std::vector<SweepPoint> SweepPoints(const std::vector<SweepAxis>& axes, const SweepRules& rules) {
  std::vector<SweepPoint> points;
  for (SweepPoint& point : Grid(axes)) {
    if (!IsExcluded(point, rules)) points.push_back(std::move(point));
  }
  for (const SweepRule& rule : rules.include) {
    for (SweepPoint& point : PointsOfInclude(rule, axes)) points.push_back(std::move(point));
  }
  if (points.empty()) {  // a grid has a point, so a rule took it away
    throw InputError(rules.exclude.front().front().origin, "leaves no run of the sweep", "at least one");
  }
  if (points.size() > kMaxRuns) {
    throw InputError(rules.include.front().front().origin,
                     "the sweep has more than " + std::to_string(kMaxRuns) + " runs", "fewer values");
  }
  return points;
}

void CheckExclusions(const std::vector<SweepAxis>& axes, const SweepRules& rules) {
  const std::vector<SweepPoint> grid = Grid(axes);
  for (const SweepRule& rule : rules.exclude) {
    for (const SweepAxis& condition : rule) {
      const SweepAxis* axis = FindAxis(axes, condition.key);
      if (!axis)
        throw InputError(condition.origin, condition.key + " is no axis of the sweep",
                         "a key of [sweep]" + (axes.empty() ? "" : ": " + Join(KeysOf(axes), ", ")));
      for (const SettingValue& value : condition.values) {
        if (Contains(axis->values, value)) continue;
        throw InputError(condition.origin, condition.key + " is never " + DescribeSetting(value) + " in the sweep",
                         "a value of its axis: " + Join(TextsOf(axis->values), ", "));
      }
    }
    if (std::none_of(grid.begin(), grid.end(), [&](const SweepPoint& point) { return Fits(point, rule); })) {
      throw InputError(rule.front().origin, "excludes no run", "a rule that fits a run of the sweep");
    }
  }
}

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

void NarrowTo(const std::vector<Setting>& sets, std::vector<SweepAxis>* axes, SweepRules* rules) {
  const auto narrow = [&](std::vector<SweepAxis>* some, const Setting& set) {
    for (SweepAxis& axis : *some) {
      if (axis.key == set.key) axis.values = {set.value};
    }
  };
  for (const Setting& set : sets) {
    narrow(axes, set);
    auto& include = rules->include;
    include.erase(std::remove_if(include.begin(), include.end(),
                                 [&](const SweepRule& rule) {
                                   const SweepAxis* axis = FindAxis(rule, set.key);
                                   return axis && !Contains(axis->values, set.value);
                                 }),
                  include.end());
    for (SweepRule& rule : include) narrow(&rule, set);
  }
}

std::string ArmOf(const SweepPoint& point, const std::vector<SweepPoint>& points, const std::string& preset) {
  std::vector<const Setting*> swept;
  for (const Setting& setting : point) {
    if (setting.key != kSeedKey) swept.push_back(&setting);
  }
  if (swept.empty()) return preset;
  if (swept.size() == 1 && std::holds_alternative<std::string>(swept[0]->value)) return PlainText(swept[0]->value);
  std::set<std::string> keys;
  for (const SweepPoint& other : points) {
    for (const Setting& setting : other) keys.insert(setting.key);
  }
  std::vector<std::string> words;
  for (const Setting* setting : swept) {
    const std::string word = LastWord(setting->key);
    const auto same = std::count_if(keys.begin(), keys.end(), [&](const auto& key) { return LastWord(key) == word; });
    words.push_back((same > 1 ? setting->key : word) + "=" + PlainText(setting->value));
  }
  return Join(words, ", ");
}

std::string PointText(const SweepPoint& point) {
  std::vector<std::string> texts;
  for (const Setting& setting : point) texts.push_back(setting.key + " = " + SettingText(setting.value));
  return Join(texts, ", ");
}

}  // namespace suite
