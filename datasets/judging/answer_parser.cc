#include "datasets/judging/answer_parser.h"

#include <algorithm>
#include <iterator>

#include "base/text/utf8.h"
#include "datasets/core/unicode_text.h"

namespace suite {
namespace {

using View = std::u32string_view;

bool IsDecoration(char32_t c) { return c == U'*' || c == U'_' || c == U'-' || c == U'#'; }

bool IsNumberMark(char32_t c) { return View(U".)\u3001-\u2013\u2014").find(c) != View::npos; }

// Length of a list number at the start: digits, optional white space, one mark, and white space after it. 0 for none.
size_t NumberPrefix(View text) {
  size_t i = 0;
  while (i < text.size() && DecimalDigit(text[i]) >= 0) ++i;
  if (i == 0) return 0;
  while (i < text.size() && IsWhiteSpace(text[i])) ++i;
  if (i == text.size() || !IsNumberMark(text[i])) return 0;
  const size_t after_mark = ++i;
  while (i < text.size() && IsWhiteSpace(text[i])) ++i;
  return i == after_mark ? 0 : i;
}

View StripListMarks(View text) {
  auto loose = [](char32_t c) { return IsWhiteSpace(c) || IsDecoration(c); };
  size_t before = text.size() + 1;
  while (text.size() < before) {
    before = text.size();
    while (!text.empty() && loose(text.front())) text.remove_prefix(1);
    while (!text.empty() && loose(text.back())) text.remove_suffix(1);
    text.remove_prefix(NumberPrefix(text));
  }
  return text;
}

// One pair of equal straight quotes around the whole. A lone quote is its own pair, as in the authors' code.
View StripQuotes(View text) {
  if (text.empty() || text.front() != text.back() || (text.front() != U'"' && text.front() != U'\'')) return text;
  text.remove_prefix(1);
  if (!text.empty()) text.remove_suffix(1);
  return text;
}

std::u32string WithoutInnermostParentheses(View text) {
  std::u32string kept;
  size_t open = View::npos;  // place in `kept` of the last "(" that nothing closed yet
  for (const char32_t c : text) {
    if (c == U'(') open = kept.size();
    if (c == U')' && open != View::npos) {
      kept.resize(open);
      open = View::npos;
      continue;
    }
    kept.push_back(c);
  }
  return kept;
}

std::u32string CleanTitle(View text) {
  std::u32string title(text);
  for (;;) {
    const std::u32string squeezed = SqueezeWhiteSpace(WithoutInnermostParentheses(title));
    std::u32string next(StripQuotes(StripListMarks(squeezed)));
    if (next == title) return title;
    title = std::move(next);
  }
}

std::optional<int> YearAt(View text, size_t open) {
  if (open + 5 >= text.size() || text[open] != U'(' || text[open + 5] != U')') return std::nullopt;
  int year = 0;
  for (size_t i = open + 1; i < open + 5; ++i) {
    const int digit = DecimalDigit(text[i]);
    if (digit < 0) return std::nullopt;
    year = 10 * year + digit;
  }
  return year;
}

std::optional<Item> ParseTitleYear(std::string_view line) {
  const std::u32string squeezed = SqueezeWhiteSpace(DecodeUtf8(line));
  const View text = StripQuotes(StripListMarks(squeezed));
  // At least one character of text, one of white space, then the first "(dddd)": the shortest text wins.
  for (size_t open = 2; open < text.size(); ++open) {
    if (!IsWhiteSpace(text[open - 1])) continue;
    if (const std::optional<int> year = YearAt(text, open)) {
      return Item{EncodeUtf8(CleanTitle(text.substr(0, open - 1))), *year};
    }
  }
  return std::nullopt;
}

std::optional<Item> ParseTitle(std::string_view line) {
  const std::u32string squeezed = SqueezeWhiteSpace(DecodeUtf8(line));
  const std::u32string title = SqueezeWhiteSpace(StripQuotes(StripListMarks(squeezed)));
  if (title.empty()) return std::nullopt;
  return Item{EncodeUtf8(title), kNoYear};
}

// Is `text` a row of "<...>", each with something other than white space and angle brackets in it?
bool IsRowOfTokens(View text) {
  if (text.empty()) return false;
  while (!text.empty()) {
    const size_t close = text.find(U'>');
    if (text.front() != U'<' || close == View::npos || close < 2) return false;
    const View inside = text.substr(1, close - 1);
    if (std::any_of(inside.begin(), inside.end(), [](char32_t c) { return c == U'<' || IsWhiteSpace(c); }))
      return false;
    text.remove_prefix(close + 1);
  }
  return true;
}

std::optional<Item> ParseTokens(std::string_view line) {
  const std::u32string squeezed = SqueezeWhiteSpace(DecodeUtf8(line));
  if (!IsRowOfTokens(squeezed)) return std::nullopt;
  return Item{EncodeUtf8(squeezed), kNoYear};
}

std::optional<Item> ParseLine(std::string_view line, ItemForm form) {
  if (form == ItemForm::kTitleYear) return ParseTitleYear(line);
  return form == ItemForm::kTitle ? ParseTitle(line) : ParseTokens(line);
}

}  // namespace

std::vector<ParsedItem> ParseAnswer(std::string_view text, ItemForm form) {
  std::vector<ParsedItem> items;
  int line = 0;
  for (size_t begin = 0; begin <= text.size(); ++line) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    if (std::optional<Item> item = ParseLine(text.substr(begin, end - begin), form)) {
      items.push_back({*std::move(item), line});
    }
    begin = end + 1;
  }
  return items;
}

int CountLines(std::string_view text) { return 1 + static_cast<int>(std::count(text.begin(), text.end(), '\n')); }

std::optional<Item> ReadBack(const Item& item, ItemForm form) {
  const std::vector<ParsedItem> parsed = ParseAnswer(FormatItem(item), form);
  if (parsed.size() != 1) return std::nullopt;
  return parsed[0].item;
}

std::vector<Item> LostInParsing(const std::vector<Item>& items, ItemForm form) {
  std::vector<Item> lost;
  std::copy_if(items.begin(), items.end(), std::back_inserter(lost),
               [form](const Item& i) { return ReadBack(i, form) != i; });
  return lost;
}

std::string AsParsed(const std::string& title, ItemForm form) {
  const int any_year = form == ItemForm::kTitleYear ? 2000 : kNoYear;
  const std::optional<Item> back = ReadBack({title, any_year}, form);
  if (!back || back->title.empty() || back->year != any_year) return title;
  return ReadBack(*back, form) == back ? back->title : title;
}

}  // namespace suite
