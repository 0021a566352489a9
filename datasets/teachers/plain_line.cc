#include "datasets/teachers/plain_line.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text/utf8.h"
#include "datasets/core/unicode_text.h"

namespace suite {
namespace {

using View = std::u32string_view;

constexpr View kAnyBrackets = U"()[]\u3010\u3011";
// Opening and closing.
constexpr View kQuotes =
    U"\u300a\u300b\u3008\u3009\u300e\u300f\u300c\u300d\u3010\u3011\u201c\u201d\u201e\u201c"
    U"\u201e\u201d\u00ab\u00bb\u2039\u203a\u2018\u2019";
// Takes no room: the mark of emoji, keycaps, zero-width spaces.
constexpr View kInvisible = U"\ufe0f\u20e3\u200b\u2060\ufeff";

bool IsLetter(char32_t c) { return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z'); }

// Fullwidth parentheses become plain ones; backticks and what is not seen go.
std::u32string WithPlainSigns(View text) {
  std::u32string plain;
  for (const char32_t c : text) {
    if (c == U'`' || kInvisible.find(c) != View::npos) continue;
    plain.push_back(c == U'\uff08' ? U'(' : c == U'\uff09' ? U')' : c);
  }
  return plain;
}

// Length of an HTML tag at the start, "<b>", "</li>", "<br />"; 0 for none.
size_t TagLength(View text) {
  size_t i = 1;
  if (i < text.size() && text[i] == U'/') ++i;
  if (i >= text.size() || !IsLetter(text[i])) return 0;
  while (i < text.size() && text[i] != U'<' && text[i] != U'>') ++i;
  return i < text.size() && text[i] == U'>' ? i + 1 : 0;
}

// Where the parenthesis that opens at `open` is closed, others within it counted; npos: nowhere.
size_t ClosedAt(View text, size_t open) {
  int depth = 0;
  for (size_t i = open; i < text.size(); ++i) {
    depth += text[i] == U'(' ? 1 : 0;
    if (text[i] == U')' && --depth == 0) return i;
  }
  return View::npos;
}

// "[text](address)" becomes "text".
std::optional<std::u32string> Unlinked(View text, size_t open) {
  const size_t close = text.find(U']', open);
  if (close == View::npos || close + 1 == text.size() || text[close + 1] != U'(') return std::nullopt;
  const size_t end = ClosedAt(text, close + 1);
  if (end == View::npos) return std::nullopt;
  const View address = text.substr(close + 2, end - close - 2);
  if (address.size() == 4 &&
      std::all_of(address.begin(), address.end(), [](char32_t c) { return DecimalDigit(c) >= 0; }))
    return std::nullopt;  // a year
  return std::u32string(text.substr(0, open)) + std::u32string(text.substr(open + 1, close - open - 1)) +
         std::u32string(text.substr(end + 1));
}

std::u32string WithoutMarkup(std::u32string text) {
  for (size_t i = 0; i < text.size();) {
    const size_t tag = text[i] == U'<' ? TagLength(View(text).substr(i)) : 0;
    text.erase(i, tag);
    if (tag > 0) continue;
    const auto unlinked = text[i] == U'[' ? Unlinked(text, i) : std::nullopt;
    if (unlinked) {
      text = *unlinked;
    } else {
      ++i;
    }
  }
  return text;
}

View Trimmed(View text) {
  while (!text.empty() && IsWhiteSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsWhiteSpace(text.back())) text.remove_suffix(1);
  return text;
}

bool IsYear(View text) {
  if (text.size() != 4) return false;
  int year = 0;
  for (const char32_t c : text) {
    if (DecimalDigit(c) < 0) return false;
    year = 10 * year + DecimalDigit(c);
  }
  return year >= 1870 && year < 2100;
}

// Not the characters for "year" that follow it in Chinese and Korean.
bool IsWordCharacter(char32_t c) { return u_isalnum(static_cast<UChar32>(c)) && c != U'\u5e74' && c != U'\ub144'; }

// The four digits that `inside` is or, `loosely`, the first year in it that is a word of its own; else empty.
View YearIn(View inside, bool loosely) {
  inside = Trimmed(inside);
  const auto is_digit = [](char32_t c) { return DecimalDigit(c) >= 0; };
  if (inside.size() == 4 && std::all_of(inside.begin(), inside.end(), is_digit)) return inside;
  for (size_t at = 0; loosely && at + 4 <= inside.size(); ++at) {
    const bool begins = at == 0 || !IsWordCharacter(inside[at - 1]);
    const bool ends = at + 4 == inside.size() || !IsWordCharacter(inside[at + 4]);
    if (begins && ends && IsYear(inside.substr(at, 4))) return inside.substr(at, 4);
  }
  return {};
}

// Without quotes around the end of it, and signs that led over to the year.
std::u32string PlainTitle(View before_year) {
  std::u32string title(before_year);
  const auto back = [&](View signs) {
    return !title.empty() && (IsWhiteSpace(title.back()) || signs.find(title.back()) != View::npos);
  };
  while (back(U",;:\u2013\u2014")) title.pop_back();
  std::u32string emphasis;
  for (; back(U"*_"); title.pop_back()) emphasis.insert(emphasis.begin(), title.back());
  for (size_t i = 0; i < kQuotes.size() && !title.empty(); i += 2) {
    const size_t open = title.rfind(kQuotes[i]);
    if (title.back() != kQuotes[i + 1] || open == std::u32string::npos || open + 1 == title.size()) continue;
    title.pop_back();
    title.erase(open, 1);
    break;
  }
  return title + emphasis;
}

// The text with the first year in one of these brackets as " (year)" behind the title.
std::optional<std::u32string> PlainYear(View text, View brackets, bool loosely) {
  for (size_t open = 1; open < text.size(); ++open) {
    const size_t bracket = brackets.find(text[open]);
    if (bracket == View::npos || bracket % 2 == 1 || Trimmed(text.substr(0, open)).empty()) continue;
    const size_t close = text.find(brackets[bracket + 1], open);
    if (close == View::npos) continue;
    const View year = YearIn(text.substr(open + 1, close - open - 1), loosely);
    if (year.empty()) continue;
    return PlainTitle(text.substr(0, open)) + U" (" + std::u32string(year) + U")" +
           std::u32string(text.substr(close + 1));
  }
  return std::nullopt;
}

// The text with a year that stands at its end behind a dash, a comma or a colon, "Heat - 1995", as " (year)".
std::optional<std::u32string> PlainLastYear(View text) {
  const auto loose = [](char32_t c) { return IsWhiteSpace(c) || c == U'*' || c == U'_'; };
  while (!text.empty() && loose(text.back())) text.remove_suffix(1);
  if (text.size() < 6 || !IsYear(text.substr(text.size() - 4))) return std::nullopt;
  View title = text.substr(0, text.size() - 4);
  while (!title.empty() && loose(title.back())) title.remove_suffix(1);
  if (title.size() < 2 || View(U"-\u2013\u2014,:|\uff0c\uff1a").find(title.back()) == View::npos) return std::nullopt;
  title.remove_suffix(1);
  return PlainTitle(title) + U" (" + std::u32string(text.substr(text.size() - 4)) + U")";
}

std::u32string WithPlainYear(std::u32string text) {
  if (auto plain = PlainYear(text, U"()", false)) return *plain;
  if (auto plain = PlainYear(text, kAnyBrackets, false)) return *plain;
  if (auto plain = PlainYear(text, kAnyBrackets, true)) return *plain;
  return PlainLastYear(text).value_or(text);
}

}  // namespace

std::string PlainLine(std::string_view line) {
  std::u32string text = WithoutMarkup(WithPlainSigns(DecodeUtf8(Composed(line))));
  const View trimmed = Trimmed(text);
  const bool quoted = trimmed.size() > 2 && (trimmed.front() == U'"' || trimmed.front() == U'\'');
  if (quoted && trimmed.back() == U',' && trimmed[trimmed.size() - 2] == trimmed.front()) {
    text = std::u32string(trimmed.substr(0, trimmed.size() - 1));
  }
  return EncodeUtf8(WithPlainYear(std::move(text)));
}

}  // namespace suite
