// Small pieces of text that all folders write alike.
//
//   Join({"a", "b"}, ", ") == "a, b"
//   ExactNumber(0.1)       == "0.10000000000000001"   // reads back as the same double; "nan" for NaN
#pragma once

#include <string>
#include <string_view>

namespace suite {

// The elements of `parts`, strings in any container, with `between` between them.
template <typename Strings>
std::string Join(const Strings& parts, std::string_view between) {
  std::string text;
  bool first = true;
  for (const auto& part : parts) {
    if (!first) text += between;
    text += part;
    first = false;
  }
  return text;
}

// Seventeen significant digits.
std::string ExactNumber(double value);

}  // namespace suite
