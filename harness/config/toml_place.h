// Values of a TOML file whose errors say where they stand. Internal to harness/config.
//
//   TextAt({node, "quickstart.toml:12: report.title"});      // InputError there, when it is no text
#pragma once

#include <toml++/toml.h>

#include <string>
#include <vector>

namespace suite {

// A node, and the words in which errors say where it stands.
struct Place {
  const toml::node& node;
  std::string where;
};

const toml::table& TableAt(const Place& place);
// `allowed` is what the error says of a node that is no list.
const toml::array& ListAt(const Place& place, const std::string& allowed);
std::string TextAt(const Place& place);
std::vector<std::string> TextsAt(const Place& place);

}  // namespace suite
