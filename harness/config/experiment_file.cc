#include "harness/config/experiment_file.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/text/allowed.h"
#include "harness/config/report_section.h"
#include "harness/config/toml_place.h"
#include "harness/config/toml_settings.h"

namespace suite {
namespace {

constexpr char kExclude[] = "exclude";
constexpr char kInclude[] = "include";
constexpr char kPriority[] = "priority";

// So that the priorities of a run's rules can be added.
constexpr int64_t kMostPriority = 1000000;

// A key that stands twice, once as it is and once under run, would be two axes.
void AddAxis(SweepAxis axis, const std::string& where, std::vector<SweepAxis>* axes) {
  if (axis.values.empty()) throw InputError(where, "an empty list", "at least one value");
  for (const SweepAxis& other : *axes) {
    if (other.key == axis.key)
      throw InputError(axis.origin, axis.key + " is given twice", "once, as at " + other.origin);
  }
  axes->push_back(std::move(axis));
}

// The keys of one rule: like a sweep, but a single value needs no list.
SweepRule ReadRule(const Place& place, const std::string& file, const std::string& note) {
  SweepRule rule;
  for (const TomlLeaf& leaf : LeavesInFileOrder(TableAt(place))) {
    const std::string origin = TomlOrigin(file, leaf.source, note);
    const std::string where = origin + ": " + leaf.key;
    SweepAxis axis{ResolveKey(leaf.key, origin), {}, origin};
    const toml::array* list = leaf.node->as_array();
    if (!list) axis.values.push_back(ToSettingValue(*leaf.node, where));
    for (size_t i = 0; list && i < list->size(); ++i) axis.values.push_back(ToSettingValue((*list)[i], where));
    AddAxis(std::move(axis), where, &rule);
  }
  if (rule.empty()) throw InputError(place.where, "an empty table", "at least one key");
  return rule;
}

PriorityRule ReadPriority(const Place& place, const std::string& file, const std::string& note) {
  toml::table table = TableAt(place);
  const auto number = table.find(kPriority);
  if (number == table.end()) throw InputError(place.where, "a rule without 'priority'", "priority = a whole number");
  const auto priority = number->second.value_exact<int64_t>();
  if (!priority || *priority < -kMostPriority || *priority > kMostPriority) {
    throw InputError(TomlOrigin(file, number->first.source(), note) + ": priority", "not the priority of runs",
                     "a whole number from " + std::to_string(-kMostPriority) + " to " + std::to_string(kMostPriority));
  }
  table.erase(kPriority);
  return {ReadRule({table, place.where}, file, note), *priority};
}

SweepRules ReadRules(const toml::table& sweep, const std::string& file, const std::string& note) {
  SweepRules rules;
  for (const std::string name : {kExclude, kInclude, kPriority}) {
    const toml::node* list = sweep.get(name);
    if (!list) continue;
    const std::string where = TomlOrigin(file, list->source(), note) + ": sweep." + name;
    for (const toml::node& element : ListAt({*list, where}, "[[sweep." + name + "]] tables")) {
      const Place place = {element, TomlOrigin(file, element.source(), note) + ": sweep." + name};
      const std::string note_of_rule = note + "." + name;
      if (name == kExclude) rules.exclude.push_back(ReadRule(place, file, note_of_rule));
      if (name == kInclude) rules.include.push_back(ReadRule(place, file, note_of_rule));
      if (name == kPriority) rules.priority.push_back(ReadPriority(place, file, note_of_rule));
    }
  }
  return rules;
}

Budget ReadBudget(const Place& place, const std::string& file, const std::string& note = "") {
  Budget budget;
  for (const auto& [key, node] : TableAt(place)) {
    const std::string name(key.str());
    const std::string origin = TomlOrigin(file, key.source(), note), where = origin + ": budget." + name;
    const auto number = node.value<double>();
    if (name == "runs") {
      const Allowed allowed = Between(1, 1e6);
      budget.runs = node.value_exact<int64_t>();
      if (!budget.runs || !allowed.Admits(*number)) {
        throw InputError(where, "not a number of runs", "a whole number, " + allowed.Text());
      }
    } else if (name == "hours") {
      const Allowed allowed = AboveTo(0, 1e6);
      if (!node.is_number() || !allowed.Admits(*number)) {
        throw InputError(where, "not a number of hours", "a number, " + allowed.Text());
      }
      budget.hours = *number;
    } else {
      throw UnknownName(origin, "setting of budget", name, {"runs", "hours"});
    }
  }
  return budget;
}

std::vector<SweepAxis> ReadSweep(toml::table table, const std::string& file, const std::string& note) {
  for (const char* rules : {kExclude, kInclude, kPriority}) table.erase(rules);
  std::vector<SweepAxis> axes;
  for (const TomlLeaf& leaf : LeavesInFileOrder(table)) {
    const std::string origin = TomlOrigin(file, leaf.source, note);
    if (leaf.node->is_array_of_tables()) {
      throw UnknownName(origin, "kind of sweep rule", leaf.key, {kExclude, kInclude, kPriority});
    }
    const std::string where = origin + ": " + leaf.key;
    SweepAxis axis{ResolveKey(leaf.key, origin), {}, origin};
    for (const toml::node& value : ListAt({*leaf.node, where}, "the list of values to run")) {
      axis.values.push_back(ToSettingValue(value, where));
    }
    AddAxis(std::move(axis), where, &axes);
  }
  return axes;
}

// A key that stands twice, once at the top level and once under [run], has no single value.
void CheckGivenOnce(const std::vector<Setting>& settings) {
  std::map<std::string, std::string> first;
  for (const Setting& setting : settings) {
    const auto [earlier, is_new] = first.emplace(ResolveKey(setting.key, setting.origin), setting.origin);
    if (!is_new) throw InputError(setting.origin, earlier->first + " is given twice", "once, as at " + earlier->second);
  }
}

Profile ReadProfile(const toml::table& table, const std::string& file, const std::string& name) {
  const std::string note = "profile " + name;
  toml::table settings = table;
  for (const char* other : {"sweep", "budget"}) settings.erase(other);
  Profile profile;
  if (const toml::node* budget = table.get("budget")) {
    profile.budget = ReadBudget({*budget, TomlOrigin(file, budget->source(), note) + ": budget"}, file, note);
  }
  // Keys keep their place in the file when a table is copied.
  profile.settings = FlattenTable(settings, file, note);
  CheckGivenOnce(profile.settings);
  if (const toml::node* sweep = table.get("sweep")) {
    const toml::table& axes = TableAt({*sweep, TomlOrigin(file, sweep->source(), note) + ": sweep"});
    profile.sweep = ReadSweep(axes, file, note + ", sweep");
    profile.rules = ReadRules(axes, file, note + ", sweep");
    for (const char* kind : {kExclude, kInclude, kPriority}) {
      if (axes.contains(kind)) profile.replaced_rules.insert(kind);
    }
  }
  return profile;
}

// It is a part of the results folder's name.
void CheckProfileName(const std::string& name, const std::string& where) {
  const auto fits = [](unsigned char c) { return std::isalnum(c) || std::strchr("_.-", c); };
  if (!name.empty() && std::all_of(name.begin(), name.end(), fits)) return;
  throw InputError(where, "the profile's name '" + name + "'", "letters, digits, '_', '-' and '.'");
}

}  // namespace

ExperimentFile ParseExperimentFile(const std::string& text, const std::string& path) {
  toml::table root = ParseTomlText(text, path);
  const auto place = [&](const toml::node& node, const std::string& name) {
    return Place{node, TomlOrigin(path, node.source()) + ": " + name};
  };
  ExperimentFile file;
  file.path = path;
  if (const toml::node* sweep = root.get("sweep")) {
    file.sweep = ReadSweep(TableAt(place(*sweep, "sweep")), path, "sweep");
    file.rules = ReadRules(TableAt(place(*sweep, "sweep")), path, "sweep");
  }
  if (const toml::node* budget = root.get("budget")) file.budget = ReadBudget(place(*budget, "budget"), path);
  if (const toml::node* report = root.get("report")) file.report = ReadReport(TableAt(place(*report, "report")), path);
  if (const toml::node* claims = root.get("claim")) file.report.claims = ReadClaims(place(*claims, "claim"), path);
  if (const toml::node* profiles = root.get("profile")) {
    for (const auto& [key, node] : TableAt(place(*profiles, "profile"))) {
      const std::string name(key.str());
      CheckProfileName(name, TomlOrigin(path, key.source()));
      file.profiles[name] = ReadProfile(TableAt(place(node, "profile." + name)), path, name);
    }
  }
  for (const char* name : {"sweep", "budget", "report", "claim", "profile"}) root.erase(name);
  file.base = FlattenTable(root, path);
  CheckGivenOnce(file.base);
  return file;
}

}  // namespace suite
