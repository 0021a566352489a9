#include "harness/config/toml_place.h"

#include "base/error.h"

namespace suite {

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

}  // namespace suite
