#include "harness/config/sweep_points.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"

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

std::string KeysText(const std::vector<SweepAxis>& axes) {
  std::string text;
  for (const SweepAxis& axis : axes) text += (text.empty() ? ": " : ", ") + axis.key;
  return text;
}

std::string ValuesText(const SweepAxis& axis) {
  std::string text;
  for (const SettingValue& value : axis.values) text += (text.empty() ? ": " : ", ") + SettingText(value);
  return text;
}

std::string LastWord(const std::string& key) { return key.substr(key.rfind('.') + 1); }

std::string PlainText(const SettingValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text ? *text : SettingText(value);
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
                         "a key of [sweep]" + KeysText(axes));
      for (const SettingValue& value : condition.values) {
        if (Contains(axis->values, value)) continue;
        throw InputError(condition.origin, condition.key + " is never " + DescribeSetting(value) + " in the sweep",
                         "a value of its axis" + ValuesText(*axis));
      }
    }
    if (std::none_of(grid.begin(), grid.end(), [&](const SweepPoint& point) { return Fits(point, rule); })) {
      throw InputError(rule.front().origin, "excludes no run", "a rule that fits a run of the sweep");
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
  std::string arm;
  for (const Setting* setting : swept) {
    const std::string word = LastWord(setting->key);
    const auto same = std::count_if(keys.begin(), keys.end(), [&](const auto& key) { return LastWord(key) == word; });
    arm += (arm.empty() ? "" : ", ") + (same > 1 ? setting->key : word) + "=" + PlainText(setting->value);
  }
  return arm;
}

std::string PointText(const SweepPoint& point) {
  std::string text;
  for (const Setting& setting : point) {
    text += (text.empty() ? "" : ", ") + setting.key + " = " + SettingText(setting.value);
  }
  return text;
}

}  // namespace suite
