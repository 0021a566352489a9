#include "harness/config/experiment_file.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/text/allowed.h"
#include "harness/config/toml_settings.h"

namespace suite {
namespace {

// A node, and the words in which errors say where it stands.
struct Place {
  const toml::node& node;
  std::string where;
};

const toml::table& TableAt(const Place& place) {
  if (const toml::table* table = place.node.as_table()) return *table;
  throw InputError(place.where, "not a table", "a table");
}

const toml::array& ListAt(const Place& place, const std::string& allowed) {
  if (const toml::array* array = place.node.as_array()) return *array;
  throw InputError(place.where, "not a list", allowed);
}

std::string TextAt(const Place& place) {
  if (const auto* text = place.node.as_string()) return text->get();
  throw InputError(place.where, "not a text", "a text in quotes");
}

std::vector<std::string> TextsAt(const Place& place) {
  std::vector<std::string> texts;
  for (const toml::node& element : ListAt(place, "a list of texts")) texts.push_back(TextAt({element, place.where}));
  return texts;
}

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

std::vector<ComparisonSetting> ReadComparisons(const Place& place, const std::string& file) {
  const std::string allowed = "a list of [left, right, metric]";
  std::vector<ComparisonSetting> comparisons;
  for (const toml::node& element : ListAt(place, allowed)) {
    const std::string origin = TomlOrigin(file, element.source());
    const std::vector<std::string> words = TextsAt({element, origin + ": report.comparisons"});
    if (words.size() != 3) {
      throw InputError(origin + ": report.comparisons", std::to_string(words.size()) + " words", allowed);
    }
    comparisons.push_back({words[0], words[1], words[2], origin});
  }
  return comparisons;
}

ReportSettings ReadReport(const toml::table& table, const std::string& file) {
  ReportSettings report;
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    const std::string origin = TomlOrigin(file, key.source());
    const Place place{node, origin + ": report." + name};
    if (name == "title") {
      report.title = TextAt(place);
    } else if (name == "metrics") {
      report.metrics = TextsAt(place);
      report.metrics_origin = origin;
    } else if (name == "comparisons") {
      report.comparisons = ReadComparisons(place, file);
    } else if (name == "notes") {
      report.notes = TextsAt(place);
    } else if (name == "published") {
      report.published = TextsAt(place);
    } else if (name == "arms") {
      for (const auto& [arm, display] : TableAt(place)) {
        report.arm_origins[std::string(arm.str())] = TomlOrigin(file, arm.source());
        report.arm_names[std::string(arm.str())] = TextAt({display, place.where + "." + std::string(arm.str())});
      }
    } else {
      throw UnknownName(origin, "setting of report", name,
                        {"title", "metrics", "comparisons", "notes", "published", "arms"});
    }
  }
  return report;
}

double NumberAt(const Place& place) {
  const auto number = place.node.value<double>();
  if (place.node.is_number() && number && std::isfinite(*number)) return *number;
  throw InputError(place.where, "not a number", "a finite number");
}

int64_t CountAt(const Place& place) {
  const auto count = place.node.value_exact<int64_t>();
  if (count && *count >= 1) return *count;
  throw InputError(place.where, "not the number of a claim", "a whole number from 1");
}

std::string WordAt(const Place& place, const std::vector<std::string>& known) {
  const std::string word = TextAt(place);
  for (const std::string& name : known) {
    if (name == word) return word;
  }
  throw UnknownName(place.where, "word", word, known);
}

std::vector<double> PairAt(const Place& place) {
  std::vector<double> pair;
  for (const toml::node& element : ListAt(place, "[left, right]")) pair.push_back(NumberAt({element, place.where}));
  if (pair.size() != 2) throw InputError(place.where, std::to_string(pair.size()) + " numbers", "[left, right]");
  return pair;
}

void ReadClaimKey(const std::string& name, const Place& place, ClaimSetting* claim) {
  static const std::vector<std::string> kKeys = {"number",       "sentence", "left",   "right", "target",    "metric",
                                                 "right_metric", "relation", "margin", "test",  "published", "source"};
  const std::map<std::string, std::string*> texts = {{"sentence", &claim->sentence},
                                                     {"left", &claim->left},
                                                     {"right", &claim->right},
                                                     {"metric", &claim->metric},
                                                     {"right_metric", &claim->right_metric},
                                                     {"source", &claim->source}};
  if (const auto text = texts.find(name); text != texts.end()) {
    *text->second = TextAt(place);
  } else if (name == "number") {
    claim->number = CountAt(place);
  } else if (name == "relation") {
    claim->relation = WordAt(place, {">", "<", "=", "rises", "rises_then_falls"});
  } else if (name == "target") {
    claim->target = NumberAt(place);
  } else if (name == "margin") {
    claim->margin = NumberAt(place);
    if (claim->margin < 0) throw InputError(place.where, "a negative margin", "0 or more");
  } else if (name == "test") {
    claim->test = WordAt(place, {"paired_t", "wilcoxon", "sign_flip"});
  } else if (name == "published") {
    claim->published = PairAt(place);
  } else {
    throw UnknownName(place.where, "key of a claim", name, kKeys);
  }
}

ClaimSetting ReadClaim(const Place& place, const std::string& file) {
  ClaimSetting claim;
  claim.origin = TomlOrigin(file, place.node.source());
  for (const auto& [key, node] : TableAt(place)) {
    const std::string name(key.str());
    ReadClaimKey(name, {node, TomlOrigin(file, key.source()) + ": claim." + name}, &claim);
  }
  const std::pair<const char*, const std::string*> needed[] = {
      {"sentence", &claim.sentence}, {"left", &claim.left}, {"metric", &claim.metric}, {"relation", &claim.relation}};
  for (const auto& [name, text] : needed) {
    if (text->empty()) throw InputError(claim.origin, std::string("a claim without '") + name + "'", "one of them");
  }
  const bool one_arm = claim.target || claim.relation.rfind("rises", 0) == 0;
  if (one_arm == !claim.right.empty()) {
    throw InputError(claim.origin, one_arm ? "a 'right' beside what needs none" : "a claim without 'right'",
                     "'right', or 'target', or a relation about the course of one arm (rises, rises_then_falls)");
  }
  if (claim.relation == "=" && claim.margin == 0) {
    throw InputError(claim.origin, "a claim of equality without a margin", "a margin above 0");
  }
  return claim;
}

std::vector<ClaimSetting> ReadClaims(const Place& place, const std::string& file) {
  std::vector<ClaimSetting> claims;
  for (const toml::node& element : ListAt(place, "[[claim]] tables")) {
    claims.push_back(ReadClaim({element, TomlOrigin(file, element.source()) + ": claim"}, file));
  }
  return claims;
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
