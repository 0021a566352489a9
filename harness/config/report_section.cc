#include "harness/config/report_section.h"

#include <cmath>
#include <sstream>
#include <utility>

#include "base/error.h"
#include "harness/config/setting.h"
#include "harness/config/toml_settings.h"

namespace suite {
namespace {

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

// A text, a number, true or false, as the text that a config has for it.
std::string ValueAt(const Place& place) {
  if (const auto text = place.node.value_exact<std::string>()) return *text;
  if (place.node.is_number() || place.node.is_boolean()) {
    std::ostringstream out;
    place.node.visit([&out](const auto& value) { out << value; });
    return out.str();
  }
  throw InputError(place.where, "no value of a setting", "a text, a number, true or false, or a list of them");
}

// { "rl.updates_per_rollout" = 1, "objective.preset" = ["grpo", "gspo"] }
std::vector<ConditionSetting> ReadConditions(const Place& place, const std::string& file) {
  std::vector<ConditionSetting> conditions;
  for (const auto& [key, node] : TableAt(place)) {
    const std::string where = TomlOrigin(file, key.source()) + ": requires." + std::string(key.str());
    ConditionSetting condition{ResolveKey(std::string(key.str()), TomlOrigin(file, key.source())), {}};
    if (const toml::array* list = node.as_array()) {
      for (const toml::node& element : *list) condition.values.push_back(ValueAt({element, where}));
    } else {
      condition.values.push_back(ValueAt({node, where}));
    }
    if (condition.values.empty()) throw InputError(where, "no value", "one, or a list of those that are allowed");
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

NoteSetting ReadNote(const Place& place, const std::string& file) {
  NoteSetting note;
  note.origin = TomlOrigin(file, place.node.source());
  if (!place.node.is_table()) {
    note.text = TextAt(place);
    return note;
  }
  for (const auto& [key, node] : TableAt(place)) {
    const std::string name(key.str());
    const Place inner{node, TomlOrigin(file, key.source()) + ": report.notes." + name};
    if (name == "text") {
      note.text = TextAt(inner);
    } else if (name == "requires") {
      note.conditions = ReadConditions(inner, file);
    } else {
      throw UnknownName(inner.where, "key of a note", name, {"text", "requires"});
    }
  }
  if (note.text.empty()) throw InputError(note.origin, "a note without 'text'", "one");
  return note;
}

std::vector<NoteSetting> ReadNotes(const Place& place, const std::string& file) {
  std::vector<NoteSetting> notes;
  for (const toml::node& element : ListAt(place, "a list of texts, or of { text, requires }")) {
    notes.push_back(ReadNote({element, place.where}, file));
  }
  return notes;
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

void ReadClaimKey(const std::string& name, const Place& place, const std::string& file, ClaimSetting* claim) {
  static const std::vector<std::string> kKeys = {"number", "sentence",  "left",         "right",
                                                 "target", "metric",    "right_metric", "relation",
                                                 "margin", "published", "source",       "requires"};
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
  } else if (name == "published") {
    claim->published = PairAt(place);
  } else if (name == "requires") {
    claim->conditions = ReadConditions(place, file);
  } else {
    throw UnknownName(place.where, "key of a claim", name, kKeys);
  }
}

ClaimSetting ReadClaim(const Place& place, const std::string& file) {
  ClaimSetting claim;
  claim.origin = TomlOrigin(file, place.node.source());
  for (const auto& [key, node] : TableAt(place)) {
    const std::string name(key.str());
    ReadClaimKey(name, {node, TomlOrigin(file, key.source()) + ": claim." + name}, file, &claim);
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

}  // namespace

ReportSettings ReadReport(const toml::table& table, const std::string& file) {
  ReportSettings report;
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    const std::string origin = TomlOrigin(file, key.source());
    const Place place{node, origin + ": report." + name};
    if (name == "title") {
      report.title = TextAt(place);
      report.title_origin = origin;
    } else if (name == "metrics") {
      report.metrics = TextsAt(place);
      report.metrics_origin = origin;
    } else if (name == "comparisons") {
      report.comparisons = ReadComparisons(place, file);
    } else if (name == "notes") {
      report.notes = ReadNotes(place, file);
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

std::vector<ClaimSetting> ReadClaims(const Place& place, const std::string& file) {
  std::vector<ClaimSetting> claims;
  for (const toml::node& element : ListAt(place, "[[claim]] tables")) {
    claims.push_back(ReadClaim({element, TomlOrigin(file, element.source()) + ": claim"}, file));
  }
  return claims;
}

}  // namespace suite
