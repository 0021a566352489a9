// TOML text into Settings that remember file and line. Internal to harness/config: this header and
// toml_place.h are the only ones that show toml++.
//
//   toml::table root = ParseTomlText(text, "quickstart.toml");              // InputError "quickstart.toml:3: ..."
//   std::vector<Setting> settings = FlattenTable(root, "quickstart.toml");  // nested tables become dotted keys
//   Setting setting = ParseAssignment("rl.steps=5");                        // what --set gives
#pragma once

#include <toml++/toml.h>

#include <string>
#include <vector>

#include "harness/config/setting.h"

namespace suite {

// One place in a file: "quickstart.toml:12", with " (profile smoke)" when `note` is "profile smoke".
std::string TomlOrigin(const std::string& file, const toml::source_region& source, const std::string& note = "");

// Throws InputError with file, line and the parser's reason.
toml::table ParseTomlText(const std::string& text, const std::string& file);

// The value of a leaf. Throws InputError naming `where` for what no setting can be: a date, a list of texts.
SettingValue ToSettingValue(const toml::node& node, const std::string& where);

// A leaf of nested tables, by its dotted key.
struct TomlLeaf {
  std::string key;
  const toml::node* node;
  toml::source_region source;  // of the key
};

// All leaves in the order of the file (toml++ itself sorts by name).
std::vector<TomlLeaf> LeavesInFileOrder(const toml::table& table);

// All leaves as settings.
std::vector<Setting> FlattenTable(const toml::table& table, const std::string& file, const std::string& note = "");

// "key=value" as given with --set. The value is read as TOML; what is not TOML is a text, so that
// `--set objective.preset=gspo` needs no quotes. Throws InputError when there is no key or no '='.
Setting ParseAssignment(const std::string& assignment);

}  // namespace suite
