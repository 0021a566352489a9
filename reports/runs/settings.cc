#include "reports/runs/settings.h"

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.h"
#include "base/text/format.h"

namespace suite {
namespace {

void FlattenJson(const nlohmann::json& value, const std::string& key, Settings* flat) {
  if (!value.is_object()) {
    (*flat)[key] = value.is_string() ? value.get<std::string>() : value.dump();
    return;
  }
  for (const auto& [name, member] : value.items()) FlattenJson(member, key.empty() ? name : key + "." + name, flat);
}

void FlattenToml(const toml::table& table, const std::string& prefix, Settings* flat) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    if (const toml::table* inner = node.as_table()) {
      FlattenToml(*inner, key + ".", flat);
    } else if (const auto text = node.value_exact<std::string>()) {
      (*flat)[key] = *text;
    } else if (const auto number = node.value_exact<double>()) {
      // The shortest digits that give the number back: 0.2, not 0.20000000000000001.
      char digits[32];
      (*flat)[key] = std::string(digits, std::to_chars(digits, digits + sizeof(digits), *number).ptr);
    } else {
      std::ostringstream out;
      node.visit([&out](const auto& value) { out << value; });
      (*flat)[key] = out.str();
    }
  }
}

}  // namespace

Settings FlattenConfig(const std::string& config, const std::string& where) {
  Settings flat;
  const size_t first = config.find_first_not_of(" \t\r\n");
  try {
    if (first != std::string::npos && config[first] == '{') {
      FlattenJson(nlohmann::json::parse(config), "", &flat);
    } else {
      FlattenToml(toml::parse(config), "", &flat);
    }
  } catch (const nlohmann::json::exception& error) {
    throw InputError(where, std::string("not JSON: ") + error.what());
  } catch (const toml::parse_error& error) {
    throw InputError(where + ":" + std::to_string(error.source().begin.line),
                     "not TOML: " + std::string(error.description()));
  }
  return flat;
}

std::string SettingOf(const Settings& settings, const std::string& key) {
  const auto found = settings.find(key);
  return found == settings.end() ? "not set" : found->second;
}

bool IsCounted(const Settings& settings) {
  const std::string kind = SettingOf(settings, "policy.kind");
  return kind != "not set" && kind != "language_model";
}

DifferingSettings DifferencesOf(const std::vector<const Settings*>& all, const std::string& seed_key) {
  std::set<std::string> keys;
  for (const Settings* settings : all) {
    for (const auto& [key, value] : *settings) keys.insert(key);
  }
  keys.erase(seed_key);
  DifferingSettings differing;
  for (const std::string& key : keys) {
    std::set<std::string> values;
    for (const Settings* settings : all) values.insert(SettingOf(*settings, key));
    if (values.size() > 1) differing[key] = std::move(values);
  }
  return differing;
}

std::string ShortName(const std::string& key) { return key.substr(key.rfind('.') + 1); }

std::string LabelOf(const Settings& settings, const DifferingSettings& keys, const std::string& without) {
  std::vector<std::string> parts;
  for (const auto& [key, values] : keys) {
    if (key != without) parts.push_back(ShortName(key) + " " + SettingOf(settings, key));
  }
  return Join(parts, ", ");
}

std::optional<double> NumberOf(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool AreNumbers(const std::set<std::string>& texts) {
  return std::all_of(texts.begin(), texts.end(), [](const std::string& text) { return NumberOf(text).has_value(); });
}

bool SeedLess(const std::string& a, const std::string& b) {
  const auto number_a = NumberOf(a);
  const auto number_b = NumberOf(b);
  return number_a && number_b && *number_a != *number_b ? *number_a < *number_b : a < b;
}

}  // namespace suite
