#include "base/text/fill_in.h"

namespace suite {

std::string FillIn(const std::string& text, const std::function<std::string(const std::string& name)>& value_of) {
  constexpr char kNameCharacters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";
  std::string filled;
  size_t at = 0;
  while (at < text.size()) {
    const size_t end = text[at] == '{' ? text.find_first_not_of(kNameCharacters, at + 1) : std::string::npos;
    if (end == std::string::npos || text[end] != '}' || end == at + 1) {
      filled += text[at++];
      continue;
    }
    filled += value_of(text.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return filled;
}

}  // namespace suite
