#include "algorithms/objective_fields.h"

#include <cstdio>
#include <cstdlib>
#include <optional>

#include "base/allowed.h"
#include "base/error.h"

namespace suite {
namespace {

using C = ObjectiveConfig;

// The shortest decimal that reads back to the same double.
std::string Print(double value) {
  char text[32];
  for (int digits = 1; digits <= 17; ++digits) {
    std::snprintf(text, sizeof(text), "%.*g", digits, value);
    if (std::strtod(text, nullptr) == value) break;
  }
  return text;
}

std::string Print(const std::optional<double>& value) { return value ? Print(*value) : "none"; }

double Parse(const std::string& key, const std::string& text, const Allowed& allowed, bool whole) {
  constexpr double kMostCount = 1e9;
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  bool fits = !text.empty() && *end == '\0' && allowed.Admits(value);
  if (whole && fits) fits = value <= kMostCount && value == static_cast<double>(static_cast<int64_t>(value));
  if (fits) return value;
  const std::string range = allowed.Text();
  throw InputError("objective." + key, "'" + text + "'",
                   (whole ? "a whole number" : "a number") + (range.empty() ? "" : ", " + range));
}

void Read(const std::string& key, const std::string& text, const Allowed& allowed, double& target) {
  target = Parse(key, text, allowed, /*whole=*/false);
}

void Read(const std::string& key, const std::string& text, const Allowed& allowed, std::optional<double>& target) {
  target.reset();
  if (text != "none") target = Parse(key, text, allowed, /*whole=*/false);
}

// Below, `access` gives the field's place in a config, const or not.

template <typename Access>
ObjectiveField NumberField(const std::string& name, const Allowed& allowed, Access access) {
  return {name, [access](const C& config) { return Print(access(config)); },
          [=](const std::string& text, C* config) { Read(name, text, allowed, access(*config)); }};
}

template <typename Access>
ObjectiveField CountField(const std::string& name, const Allowed& allowed, Access access) {
  return {name, [access](const C& config) { return std::to_string(access(config)); },
          [=](const std::string& text, C* config) {
            using Count = std::decay_t<decltype(access(*config))>;
            access(*config) = static_cast<Count>(Parse(name, text, allowed, /*whole=*/true));
          }};
}

template <typename E, typename Access>
ObjectiveField NameField(const std::string& name, const std::vector<std::pair<std::string, E>>& names, Access access) {
  const auto get = [names, access](const C& config) {
    for (const auto& [word, value] : names) {
      if (value == access(config)) return word;
    }
    return std::string("?");
  };
  const auto set = [name, names, access](const std::string& text, C* config) {
    std::vector<std::string> words;
    for (const auto& [word, value] : names) {
      if (word == text) {
        access(*config) = value;
        return;
      }
      words.push_back(word);
    }
    throw UnknownName("objective." + name, name, text, words);
  };
  return {name, get, set};
}

template <typename Access>
ObjectiveField WordField(const std::string& name, const Allowed& allowed, Access access) {
  std::vector<std::pair<std::string, std::string>> names;
  for (const std::string& word : allowed.names) names.emplace_back(word, word);
  return NameField<std::string>(name, names, access);
}

}  // namespace

const std::vector<ObjectiveField>& ObjectiveFields() {
#define PLACE(member) \
  [](auto& config) -> auto& { return config.member; }
#define OBJECTIVE_NAME(key, member, Enum, help, ...) NameField<Enum>(#key, {__VA_ARGS__}, PLACE(member)),
#define OBJECTIVE_WORD(key, member, allowed, help) WordField(#key, allowed, PLACE(member)),
#define OBJECTIVE_NUMBER(key, member, allowed, help) NumberField(#key, allowed, PLACE(member)),
#define OBJECTIVE_COUNT(key, member, allowed, help) CountField(#key, allowed, PLACE(member)),
#define OBJECTIVE_SWITCH(key, member, help) NameField<bool>(#key, {{"true", true}, {"false", false}}, PLACE(member)),
#define OBJECTIVE_PENALTY(key, member, help) NumberField(#key, AtLeast(0), PLACE(member)),
  static const auto* const kFields = new std::vector<ObjectiveField>{
#include "algorithms/objective_settings.def"
  };
#undef PLACE
  return *kFields;
}

void SetObjectiveField(const std::string& name, const std::string& value, ObjectiveConfig* config) {
  std::vector<std::string> known;
  for (const ObjectiveField& field : ObjectiveFields()) {
    if (field.name == name) return field.set(value, config);
    known.push_back(field.name);
  }
  throw UnknownName("objective." + name, "objective field", name, known);
}

std::vector<std::pair<std::string, std::string>> DescribeObjective(const ObjectiveConfig& config) {
  std::vector<std::pair<std::string, std::string>> described = {{"name", config.name}};
  for (const ObjectiveField& field : ObjectiveFields()) described.emplace_back(field.name, field.get(config));
  return described;
}

}  // namespace suite
