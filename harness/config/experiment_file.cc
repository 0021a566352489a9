#include "harness/config/experiment_file.h"

#include <utility>

#include "base/error.h"
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

std::vector<SweepAxis> ReadSweep(const toml::table& table, const std::string& file, const std::string& note) {
  std::vector<SweepAxis> axes;
  for (const TomlLeaf& leaf : LeavesInFileOrder(table)) {
    const std::string origin = TomlOrigin(file, leaf.source, note);
    const std::string where = origin + ": " + leaf.key;
    SweepAxis axis{ResolveKey(leaf.key, origin), {}, origin};
    for (const toml::node& value : ListAt({*leaf.node, where}, "the list of values to run")) {
      axis.values.push_back(ToSettingValue(value, where));
    }
    if (axis.values.empty()) throw InputError(where, "an empty list", "at least one value");
    axes.push_back(std::move(axis));
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
  settings.erase("sweep");
  Profile profile;
  // Keys keep their place in the file when a table is copied.
  profile.settings = FlattenTable(settings, file, note);
  CheckGivenOnce(profile.settings);
  if (const toml::node* sweep = table.get("sweep")) {
    profile.sweep =
        ReadSweep(TableAt({*sweep, TomlOrigin(file, sweep->source(), note) + ": sweep"}), file, note + ", sweep");
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
    } else if (name == "arms") {
      for (const auto& [arm, display] : TableAt(place)) {
        report.arm_origins[std::string(arm.str())] = TomlOrigin(file, arm.source());
        report.arm_names[std::string(arm.str())] = TextAt({display, place.where + "." + std::string(arm.str())});
      }
    } else {
      throw UnknownName(origin, "setting of report", name, {"title", "metrics", "comparisons", "notes", "arms"});
    }
  }
  return report;
}

}  // namespace

ExperimentFile ParseExperimentFile(const std::string& text, const std::string& path) {
  toml::table root = ParseTomlText(text, path);
  const auto place = [&](const toml::node& node, const std::string& name) {
    return Place{node, TomlOrigin(path, node.source()) + ": " + name};
  };
  ExperimentFile file;
  file.path = path;
  if (const toml::node* sweep = root.get("sweep"))
    file.sweep = ReadSweep(TableAt(place(*sweep, "sweep")), path, "sweep");
  if (const toml::node* report = root.get("report")) file.report = ReadReport(TableAt(place(*report, "report")), path);
  if (const toml::node* profiles = root.get("profile")) {
    for (const auto& [key, node] : TableAt(place(*profiles, "profile"))) {
      const std::string name(key.str());
      file.profiles[name] = ReadProfile(TableAt(place(node, "profile." + name)), path, name);
    }
  }
  for (const char* name : {"sweep", "report", "profile"}) root.erase(name);
  file.base = FlattenTable(root, path);
  CheckGivenOnce(file.base);
  return file;
}

}  // namespace suite
