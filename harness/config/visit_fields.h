// Walks over every setting of a RunConfig in declared order: the one loop behind parsing, printing, hashing and help.
//
// Internal to harness/config. The visitor is called as visitor(const FieldInfo&, value&), where value is a const or a
// mutable reference to an int64_t, double, bool, std::string, std::vector<int64_t> or std::optional of one of them:
//
//   VisitFields(config, [&](const FieldInfo& field, const auto& value) { Print(field.key, TomlText(value)); });
#pragma once

#include <string>
#include <utility>

#include "base/text/allowed.h"
#include "harness/config/run_config.h"

namespace suite {

struct FieldInfo {
  std::string key;      // "rl.group_size"
  std::string section;  // "rl"; empty for a setting at the top
  bool in_hash;
  Allowed allowed;
  const char* help;
};

// Where a file lies does not change results; the `lock` beside a `path` (and item_texts) says what it holds, and
// `record` is written.
inline bool IsPath(const std::string& name) { return name == "path" || name == "record" || name == "item_texts"; }

template <typename Config, typename Visitor>
void VisitFields(Config& config, Visitor&& visitor) {
#define ROOT_FIELD(type, name, default_value, allowed, help) \
  visitor(FieldInfo{#name, "", true, allowed, help}, config.name);
#define SECTION(Type, name, in_hash, help)  \
  {                                         \
    auto& section = config.name;            \
    const std::string section_name = #name; \
    const bool section_in_hash = in_hash;
#define FIELD(type, name, default_value, allowed, help)                                                          \
  visitor(FieldInfo{section_name + "." + #name, section_name, section_in_hash && !IsPath(#name), allowed, help}, \
          section.name);
#define LATER_FIELD(type, name, default_value, allowed, help)                                                         \
  visitor(FieldInfo{section_name + "." + #name, section_name, section_in_hash && section.name != type(default_value), \
                    allowed, help},                                                                                   \
          section.name);
#define END_SECTION }
#include "harness/config/run_config.def"
}

}  // namespace suite
