#include "harness/config/toml_settings.h"

#include <algorithm>
#include <sstream>
#include <tuple>

#include "base/error.h"

namespace suite {
namespace {

std::string KindOf(const toml::node& node) {
  std::ostringstream kind;
  kind << node.type();
  return kind.str();
}

std::vector<int64_t> ToIntegers(const toml::array& array, const std::string& where) {
  std::vector<int64_t> integers;
  for (const toml::node& element : array) {
    if (!element.is_integer()) throw InputError(where, "a list with a " + KindOf(element), "a list of integers");
    integers.push_back(element.as_integer()->get());
  }
  return integers;
}

void CollectLeaves(const toml::table& table, const std::string& prefix, std::vector<TomlLeaf>* leaves) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    if (const toml::table* inner = node.as_table()) {
      CollectLeaves(*inner, name + ".", leaves);
    } else {
      leaves->push_back({name, &node, key.source()});
    }
  }
}

std::string Trim(const std::string& text) {
  const char* const kSpace = " \t\r\n";
  const size_t first = text.find_first_not_of(kSpace);
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

std::string TomlOrigin(const std::string& file, const toml::source_region& source, const std::string& note) {
  return file + ":" + std::to_string(source.begin.line) + (note.empty() ? "" : " (" + note + ")");
}

toml::table ParseTomlText(const std::string& text, const std::string& file) {
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    throw InputError(TomlOrigin(file, error.source()), std::string(error.description()), "TOML 1.0");
  }
}

SettingValue ToSettingValue(const toml::node& node, const std::string& where) {
  if (const auto* value = node.as_boolean()) return value->get();
  if (const auto* value = node.as_integer()) return value->get();
  if (const auto* value = node.as_floating_point()) return value->get();
  if (const auto* value = node.as_string()) return value->get();
  if (const auto* value = node.as_array()) return ToIntegers(*value, where);
  throw InputError(where, "a " + KindOf(node), "an integer, a number, true or false, a text, a list of integers");
}

std::vector<TomlLeaf> LeavesInFileOrder(const toml::table& table) {
  std::vector<TomlLeaf> leaves;
  CollectLeaves(table, "", &leaves);
  std::stable_sort(leaves.begin(), leaves.end(), [](const TomlLeaf& a, const TomlLeaf& b) {
    return std::tie(a.source.begin.line, a.source.begin.column) < std::tie(b.source.begin.line, b.source.begin.column);
  });
  return leaves;
}

std::vector<Setting> FlattenTable(const toml::table& table, const std::string& file, const std::string& note) {
  std::vector<Setting> settings;
  for (const TomlLeaf& leaf : LeavesInFileOrder(table)) {
    const std::string origin = TomlOrigin(file, leaf.source, note);
    settings.push_back({leaf.key, ToSettingValue(*leaf.node, origin + ": " + leaf.key), origin});
  }
  return settings;
}

Setting ParseAssignment(const std::string& assignment) {
  const size_t equals = assignment.find('=');
  const std::string key = Trim(assignment.substr(0, equals));
  if (equals == std::string::npos || key.empty()) {
    throw InputError("--set", "'" + assignment + "'", "key=value, such as rl.steps=5");
  }
  const std::string text = Trim(assignment.substr(equals + 1));
  Setting setting{key, text, "--set"};
  try {
    const toml::table parsed = toml::parse("value = " + text);
    const toml::node* node = parsed.get("value");
    // A date stays a text, and so does what only looks like more TOML after a line break.
    if (parsed.size() == 1 && (node->is_value() || node->is_array()) && !node->is_date() && !node->is_time() &&
        !node->is_date_time()) {
      setting.value = ToSettingValue(*node, "--set: " + key);
    }
  } catch (const toml::parse_error&) {
  }
  return setting;
}

}  // namespace suite
