#include "harness/config/toml_text.h"

#include <charconv>
#include <cstdio>

namespace suite {

std::string TomlText(int64_t value) { return std::to_string(value); }

std::string TomlText(double value) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  std::string text(buffer, end);
  // TOML tells numbers with a fraction from integers by the point or the exponent.
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

std::string TomlText(bool value) { return value ? "true" : "false"; }

std::string TomlText(const std::string& value) {
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      text += '\\';
      text += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      char escaped[8];
      std::snprintf(escaped, sizeof(escaped), "\\u%04X", static_cast<unsigned>(c));
      text += escaped;
    } else {
      text += c;
    }
  }
  return text + "\"";
}

std::string TomlText(const std::vector<int64_t>& value) {
  std::string text = "[";
  for (size_t i = 0; i < value.size(); ++i) text += (i > 0 ? ", " : "") + TomlText(value[i]);
  return text + "]";
}

}  // namespace suite
