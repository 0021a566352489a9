#include "datasets/core/conversation.h"

#include "base/text/utf8.h"
#include "datasets/core/unicode_text.h"

namespace suite {

std::optional<int> ParseYear(std::string_view text) {
  constexpr int kBeyondAnyYear = 100'000'000;  // no catalogue has such a year, and an int still holds ten times it
  const std::u32string digits = SqueezeWhiteSpace(DecodeUtf8(text));
  size_t i = 0;
  const bool negative = !digits.empty() && digits[0] == U'-';
  if (negative || (!digits.empty() && digits[0] == U'+')) ++i;
  int year = 0;
  bool after_digit = false;
  for (; i < digits.size(); ++i) {
    const int digit = DecimalDigit(digits[i]);
    if (digit < 0 && !(digits[i] == U'_' && after_digit)) return std::nullopt;
    after_digit = digit >= 0;
    if (!after_digit) continue;
    if (year >= kBeyondAnyYear) return std::nullopt;
    year = 10 * year + digit;
  }
  if (!after_digit) return std::nullopt;
  return negative ? -year : year;
}

GroundTruth MakeGroundTruth(std::string title, std::string_view year) { return {std::move(title), ParseYear(year)}; }

}  // namespace suite
