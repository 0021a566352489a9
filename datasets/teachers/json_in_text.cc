#include "datasets/teachers/json_in_text.h"

#include <string>
#include <utility>

#include "base/json/checked_json.h"

namespace suite {
namespace {

// One past the bracket that closes the one at `begin`, strings passed over; the text's size + 1 when none does.
size_t EndOfBrackets(std::string_view text, size_t begin) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = begin; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if ((c == ']' || c == '}') && --depth == 0) {
      return i + 1;
    }
  }
  return text.size() + 1;
}

}  // namespace

std::vector<JsonPart> JsonInText(std::string_view text) {
  constexpr size_t kReadings = 16;  // of each byte, on average
  size_t budget = kReadings * text.size();
  std::vector<JsonPart> parts;
  for (size_t at = text.find_first_of("[{"); at != std::string_view::npos; at = text.find_first_of("[{", at)) {
    const size_t end = EndOfBrackets(text, at);
    if (end - at > budget) break;
    budget -= end - at;
    nlohmann::json value(nlohmann::json::value_t::discarded);
    if (end <= text.size()) value = TryParseJson(text.substr(at, end - at));
    if (value.is_discarded()) {
      ++at;
    } else {
      parts.push_back({std::move(value), at, end});
      at = end;
    }
  }
  return parts;
}

}  // namespace suite
