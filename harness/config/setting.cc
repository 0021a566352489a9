#include "harness/config/setting.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/near_names.h"
#include "base/text/allowed.h"
#include "base/text/format.h"
#include "base/text/utf8.h"
#include "harness/config/names_elsewhere.h"
#include "harness/config/toml_text.h"
#include "harness/config/visit_fields.h"

namespace suite {
namespace {

constexpr char kRunPrefix[] = "run.";

struct KnownKeys {
  std::vector<std::string> all;
  std::vector<std::string> sections;
};

KnownKeys CollectKeys() {
  KnownKeys keys;
  const RunConfig defaults;
  VisitFields(defaults, [&](const FieldInfo& field, const auto&) {
    keys.all.push_back(field.key);
    const bool seen = std::find(keys.sections.begin(), keys.sections.end(), field.section) != keys.sections.end();
    if (!field.section.empty() && !seen) keys.sections.push_back(field.section);
  });
  return keys;
}

const KnownKeys& Keys() {
  static const KnownKeys keys = CollectKeys();
  return keys;
}

bool IsKnown(const std::string& key) {
  return std::find(Keys().all.begin(), Keys().all.end(), key) != Keys().all.end();
}

// The settings of the section of `key`, or what is allowed at the top level.
std::string AllowedKeys(const std::string& key) {
  const std::string section = key.substr(0, key.rfind('.') + 1);
  std::vector<std::string> in_section;
  for (const auto& known : Keys().all) {
    if (!section.empty() && known.compare(0, section.size(), section) == 0) in_section.push_back(known);
  }
  if (in_section.empty()) return "seed, and settings of the sections " + Join(Keys().sections, ", ");
  return Join(in_section, ", ");
}

std::string WithoutSection(const std::string& key) { return key.substr(key.rfind('.') + 1); }

// What other trainers call so, in the section of `key` where that has one of the kind; or empty.
std::string KeyByNameElsewhere(const std::string& key) {
  const std::string known = NameHere(WithoutSection(key));
  const size_t dot = key.rfind('.');
  if (known.empty() || dot == std::string::npos) return known;
  const std::string in_section = key.substr(0, dot + 1) + WithoutSection(known);
  return IsKnown(in_section) ? in_section : known;
}

// What was meant, or empty: what other trainers call a setting, then what is spelt alike. Under [run] both the
// machine's settings and the whole base run may stand; and a key may come under no section or the wrong one.
std::string NearestKey(const std::string& key) {
  if (const std::string known = KeyByNameElsewhere(key); !known.empty()) return known;
  std::vector<std::string> candidates = Keys().all;
  for (const auto& known : Keys().all) candidates.push_back(kRunPrefix + known);
  const std::string nearest = NearestName(key, NearNames(key, candidates));
  if (IsKnown(nearest)) return nearest;
  if (!nearest.empty()) return nearest.substr(std::string(kRunPrefix).size());
  const auto elsewhere = std::find_if(Keys().all.begin(), Keys().all.end(), [&](const std::string& known) {
    return WithoutSection(known) == WithoutSection(key);
  });
  return elsewhere == Keys().all.end() ? "" : *elsewhere;
}

// Gives the value of `setting` to the field it names.
class Assigner {
 public:
  Assigner(const Setting& setting, std::string key, const KnownNames& known_names)
      : setting_(setting), key_(std::move(key)), known_names_(known_names) {}

  template <typename T>
  void operator()(const FieldInfo& field, T& target) const {
    if (field.key == key_) Assign(field, target);
  }

 private:
  void Assign(const FieldInfo& field, bool& target) const { target = Get<bool>("true or false"); }

  void Assign(const FieldInfo& field, int64_t& target) const {
    const auto value = Get<int64_t>("an integer" + Range(field));
    CheckNumber(field, static_cast<double>(value), "an integer");
    target = value;
  }

  void Assign(const FieldInfo& field, double& target) const {
    const auto* integer = std::get_if<int64_t>(&setting_.value);
    const double value = integer ? static_cast<double>(*integer) : Get<double>("a number" + Range(field));
    CheckNumber(field, value, "a number");
    target = value;
  }

  void Assign(const FieldInfo& field, std::string& target) const {
    const auto value = Get<std::string>("a text" + Range(field));
    if (!IsUtf8(value)) {
      throw InputError(setting_.origin,
                       key_ + " '" + ReplaceBrokenUtf8(value) + "' is not UTF-8, as files of settings are",
                       "a text in UTF-8; a folder or file of another name can be renamed, or linked to");
    }
    if (!field.allowed.Admits(value)) throw UnknownName(setting_.origin, key_, value, field.allowed.names);
    const auto known = known_names_.find(key_);
    if (known != known_names_.end() && !OneOf(known->second).Admits(value)) {
      throw UnknownName(setting_.origin, key_, value, known->second);
    }
    target = value;
  }

  void Assign(const FieldInfo& field, std::vector<int64_t>& target) const {
    const auto value = Get<std::vector<int64_t>>("a list of integers" + Range(field));
    for (const int64_t element : value) CheckNumber(field, static_cast<double>(element), "a list of integers");
    target = value;
  }

  template <typename T>
  void Assign(const FieldInfo& field, std::optional<T>& target) const {
    const auto* text = std::get_if<std::string>(&setting_.value);
    if (text && *text == kPresetWord) {
      target.reset();
      return;
    }
    T value{};
    Assign(field, value);
    target = value;
  }

  template <typename T>
  T Get(const std::string& allowed) const {
    const T* value = std::get_if<T>(&setting_.value);
    if (!value) throw Refused(allowed);
    return *value;
  }

  void CheckNumber(const FieldInfo& field, double value, const std::string& type) const {
    if (!field.allowed.Admits(value)) throw Refused(type + Range(field));
  }

  InputError Refused(const std::string& allowed) const {
    return InputError(setting_.origin, key_ + " is " + DescribeSetting(setting_.value), allowed);
  }

  static std::string Range(const FieldInfo& field) {
    const std::string range = field.allowed.Text();
    return range.empty() ? "" : ", " + range;
  }

  const Setting& setting_;
  const std::string key_;
  const KnownNames& known_names_;
};

}  // namespace

std::string ResolveKey(const std::string& key, const std::string& origin) {
  if (IsKnown(key)) return key;
  const size_t prefix = std::string(kRunPrefix).size();
  if (key.compare(0, prefix, kRunPrefix) == 0 && IsKnown(key.substr(prefix))) return key.substr(prefix);
  const std::string nearest = NearestKey(key);
  if (nearest.empty()) throw InputError(origin, "unknown setting '" + key + "'", AllowedKeys(key));
  throw InputError(origin, "unknown setting '" + key + "' (did you mean '" + nearest + "'?)", AllowedKeys(nearest));
}

void ApplySettings(const std::vector<Setting>& settings, const KnownNames& known_names, RunConfig* config) {
  for (const Setting& setting : settings) {
    const std::string key = ResolveKey(setting.key, setting.origin);
    VisitFields(*config, Assigner(setting, key, known_names));
    config->origins[key] = setting.origin;
  }
}

std::string SettingText(const SettingValue& value) {
  return std::visit([](const auto& alternative) { return TomlText(alternative); }, value);
}

std::string DescribeSetting(const SettingValue& value) {
  static const char* const kKinds[] = {"", "the integer ", "the number ", "the text ", "the list "};
  return kKinds[value.index()] + SettingText(value);
}

}  // namespace suite
