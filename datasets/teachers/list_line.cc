#include "datasets/teachers/list_line.h"

#include <unicode/uchar.h>

#include <string>
#include <utility>
#include <vector>

#include "base/text/utf8.h"
#include "datasets/core/unicode_text.h"
#include "datasets/judging/answer_parser.h"
#include "datasets/teachers/plain_line.h"

namespace suite {
namespace {

using View = std::u32string_view;

constexpr size_t kLongestLine = 2000;
constexpr View kBullets = U"-*+\u2022\u25e6\u2023\u2043\u00b7\u25aa\u25cf\u25cb\u2013\u2014\u27a4\u2192";

bool Has(View signs, char32_t c) { return signs.find(c) != View::npos; }

View WithoutLeadingSpace(View text) {
  while (!text.empty() && IsWhiteSpace(text.front())) text.remove_prefix(1);
  return text;
}

View WithoutLeading(View text, View signs) {
  while (!text.empty() && (IsWhiteSpace(text.front()) || Has(signs, text.front()))) text.remove_prefix(1);
  return text;
}

// Pictures serve as bullets, with what joins and colours them.
bool IsPicture(char32_t c) {
  const int8_t type = u_charType(static_cast<UChar32>(c));
  return type == U_OTHER_SYMBOL || (c > 0x1000 && type == U_MODIFIER_SYMBOL) || c == 0x200d;
}

// Length of a bullet at the start: pictures, or a sign and white space. 0 for none.
size_t BulletLength(View text) {
  size_t i = 0;
  while (i < text.size() && IsPicture(text[i])) ++i;
  if (i > 0) return i;
  return text.size() > 1 && Has(kBullets, text[0]) && IsWhiteSpace(text[1]) ? 1 : 0;
}

struct Number {
  int64_t value = 0;
  bool is_strict = false;  // with a mark that the answer parser takes for a list's
  View rest;
};

// "3. ", "**3)** ", "#3: ", "(3) ", "3 ": a number of at most three digits, and what follows it.
std::optional<Number> NumberAtStart(View text) {
  text = WithoutLeading(text, U"*_#~>");
  const bool bracketed = !text.empty() && Has(U"([", text[0]);
  if (bracketed) text.remove_prefix(1);
  Number number;
  size_t digits = 0;
  for (; digits < text.size() && digits < 4 && DecimalDigit(text[digits]) >= 0; ++digits) {
    number.value = 10 * number.value + DecimalDigit(text[digits]);
  }
  if (digits == 0 || digits > 3) return std::nullopt;
  View rest = text.substr(digits);
  while (!rest.empty() && (rest[0] == U'*' || rest[0] == U'_')) rest.remove_prefix(1);
  const bool marked = !rest.empty() && Has(U".)]:\u3001\uff0e\uff1a-\u2013\u2014", rest[0]);
  const size_t behind = rest.find_first_not_of(U"*_", marked ? 1 : 0);
  const bool spaced = behind != View::npos && IsWhiteSpace(rest[behind]);
  number.is_strict = marked && spaced && !bracketed && Has(U".)\u3001-\u2013\u2014", rest[0]);
  if (!marked && !spaced) return std::nullopt;
  if (marked) rest.remove_prefix(1);
  number.rest = WithoutLeading(rest, U"*_");
  return number;
}

// `"key": ...`, or the beginning of an object or array.
bool IsJson(View text) {
  text = WithoutLeadingSpace(text);
  if (text.empty() || Has(U"{}[]", text[0])) return true;
  if (text[0] != U'"') return false;
  const size_t quote = text.find(U'"', 1);
  if (quote == View::npos) return false;
  const View rest = WithoutLeadingSpace(text.substr(quote + 1));
  return !rest.empty() && rest[0] == U':';
}

std::optional<Item> OnlyItem(View line) {
  const std::vector<ParsedItem> parsed = ParseAnswer(EncodeUtf8(line));
  if (parsed.size() != 1) return std::nullopt;
  return parsed[0].item;
}

// Behind " (year)".
View RestAfterYear(View text) {
  for (size_t open = text.find(U" ("); open != View::npos; open = text.find(U" (", open + 1)) {
    if (open + 6 >= text.size() || text[open + 6] != U')') continue;
    bool is_year = true;
    for (size_t i = open + 2; i < open + 6; ++i) is_year = is_year && DecimalDigit(text[i]) >= 0;
    if (is_year) return text.substr(open + 7);
  }
  return {};
}

AfterYear KindOfRest(View rest) {
  rest = WithoutLeading(rest, U"*_~\"'\u201d\u2019\u300b\u300d\u300f\u00bb)]");
  if (rest.empty()) return AfterYear::kNothing;
  if (Has(U",;\uff0c\uff1b\u3001", rest[0])) return AfterYear::kComma;
  if (Has(U".!?\u3002\uff01\uff1f\u2026", rest[0])) return AfterYear::kStop;
  return u_isalnum(static_cast<UChar32>(rest[0])) ? AfterYear::kText : AfterYear::kRemark;
}

bool LeadsOver(View rest) {
  while (!rest.empty() && (IsWhiteSpace(rest.back()) || Has(U"*_", rest.back()))) rest.remove_suffix(1);
  return rest.size() > 1 && (rest.back() == U':' || rest.back() == U'\uff1a');
}

}  // namespace

std::optional<ListLine> ReadListLine(std::string_view line) {
  if (line.size() > kLongestLine) return std::nullopt;
  const std::u32string raw = DecodeUtf8(line);
  const std::u32string plain = DecodeUtf8(PlainLine(line));
  ListLine read;
  read.indent = raw.size() - WithoutLeadingSpace(raw).size();
  View text = WithoutLeading(plain, U">");
  if (const size_t bullet = BulletLength(text)) {
    read.mark = ListMark::kBullet;
    text = WithoutLeadingSpace(text.substr(bullet));
  }
  const std::optional<Item> item = IsJson(text) ? std::nullopt : OnlyItem(text);
  if (!item) return std::nullopt;
  read.item = *item;
  const View rest = RestAfterYear(text);
  read.after = KindOfRest(rest);
  const std::optional<Number> number = NumberAtStart(text);
  if (number && number->is_strict) {
    read.mark = ListMark::kNumber;
    read.number = number->value;
    read.item = OnlyItem(number->rest).value_or(read.item);  // "**3.** Heat" is more than the parser takes off
  } else if (const auto loose = number ? OnlyItem(number->rest) : std::nullopt) {
    read.loose_number = number->value;
    read.loose_item = *loose;
  }
  if (read.mark == ListMark::kNone && read.loose_number == 0 && LeadsOver(rest)) read.after = AfterYear::kText;
  return read;
}

}  // namespace suite
