// The JSON in a model's answer, with or without words and fences around it.
//
//   JsonInText("Sure:\n```json\n[\"Heat (1995)\"]\n```")[0].value      // ["Heat (1995)"], its place from 14 to 29
//
// Arrays and objects only, outermost first in order; what no JSON parser takes is passed over. The time is linear in
// the size of the text, whatever brackets it holds: text of brackets that close nothing is given up on.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

namespace suite {

struct JsonPart {
  nlohmann::json value;
  size_t begin = 0, end = 0;  // in the text
};

std::vector<JsonPart> JsonInText(std::string_view text);

}  // namespace suite
