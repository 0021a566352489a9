#include "datasets/importers/film_names.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "base/text/utf8.h"
#include "datasets/judging/title_rules.h"

namespace suite {
namespace {

constexpr std::string_view kPrefix = "<http://dbpedia.org/resource/";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool IsSmall(char c) { return c >= 'a' && c <= 'z'; }

int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  const int lower = std::tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string DecodedName(std::string_view name) {
  std::string decoded;
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '%' && i + 2 < name.size() && HexValue(name[i + 1]) >= 0 && HexValue(name[i + 2]) >= 0) {
      decoded.push_back(static_cast<char>(HexValue(name[i + 1]) * 16 + HexValue(name[i + 2])));
      i += 2;
    } else {
      decoded.push_back(name[i] == '_' ? ' ' : name[i]);
    }
  }
  return decoded;
}

// Four digits at the beginning of `text`, not followed by a fifth.
std::optional<int> YearAtBeginning(std::string_view text) {
  if (text.size() < 4 || !std::all_of(text.begin(), text.begin() + 4, IsDigit)) return std::nullopt;
  if (text.size() > 4 && IsDigit(text[4])) return std::nullopt;
  return (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
}

bool IsDisambiguator(std::string_view inside) {
  if (inside.empty()) return false;
  const size_t last_word = inside.rfind(' ') == std::string_view::npos ? 0 : inside.rfind(' ') + 1;
  const bool last_is_small = last_word < inside.size() && IsSmall(inside[last_word]);
  return IsSmall(inside.front()) || last_is_small || YearAtBeginning(inside);
}

std::string_view TrimmedRight(std::string_view text) {
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

int CountWords(std::string_view text) {
  int words = 0;
  for (size_t i = 0; i < text.size(); ++i) words += text[i] != ' ' && (i == 0 || text[i - 1] == ' ');
  return words;
}

// The last `count` words of `text`, or nothing when it has fewer.
std::string_view LastWords(std::string_view text, int count) {
  size_t begin = text.size();
  for (int i = 0; i < count; ++i) {
    while (begin > 0 && text[begin - 1] == ' ') --begin;
    if (begin == 0) return {};
    while (begin > 0 && text[begin - 1] != ' ') --begin;
  }
  return text.substr(begin);
}

// Is the first word a sign alone, as in ", Heat"?
bool BeginsWithSign(std::string_view text) {
  const std::string_view word = text.substr(0, text.find(' '));
  return std::none_of(word.begin(), word.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || std::isalnum(static_cast<unsigned char>(c)) != 0;
  });
}

std::string_view WithoutQuotes(std::string_view text) {
  while (!text.empty() && (text.front() == '"' || text.front() == '\'' || text.front() == '(')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == '"' || text.back() == '\'')) text.remove_suffix(1);
  return text;
}

}  // namespace

GroundTruth FilmFromIri(std::string_view iri, const std::string& where) {
  if (iri.size() <= kPrefix.size() + 1 || iri.substr(0, kPrefix.size()) != kPrefix || iri.back() != '>') {
    throw InputError(where, "'" + ShownText(iri) + "'", std::string(kPrefix) + "NAME>");
  }
  std::string title = DecodedName(iri.substr(kPrefix.size(), iri.size() - kPrefix.size() - 1));
  if (FirstInvalidUtf8(title)) throw InputError(where, "'" + ShownText(title) + "'", "a name in UTF-8");
  const size_t open = title.rfind(" (");
  if (open == std::string::npos || open == 0 || title.back() != ')') return {title, std::nullopt};
  const std::string inside = title.substr(open + 2, title.size() - open - 3);
  if (!IsDisambiguator(inside)) return {title, std::nullopt};
  return {title.substr(0, open), YearAtBeginning(inside)};
}

std::optional<Item> FilmFromSurface(std::string_view text) {
  text = TrimmedRight(text);
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  if (text.size() < 7 || text.back() != ')' || text[text.size() - 6] != '(') return std::nullopt;
  const std::optional<int> year = YearAtBeginning(text.substr(text.size() - 5));
  const std::string_view title = TrimmedRight(text.substr(0, text.size() - 6));
  if (!year || title.empty()) return std::nullopt;
  return Item{std::string(title), *year};
}

std::vector<Item> FindInText(std::string_view text, std::string_view title) {
  const std::string key = MatchingTitle(title);
  const int words = CountWords(title);
  std::vector<Item> found;
  for (size_t open = text.find('('); open != std::string_view::npos; open = text.find('(', open + 1)) {
    const std::optional<int> year = YearAtBeginning(text.substr(open + 1));
    if (!year || open + 5 >= text.size() || text[open + 5] != ')') continue;
    const std::string_view before = TrimmedRight(text.substr(0, open));
    for (const int count : {words, words + 1, words - 1}) {  // an article more or less
      const std::string_view spelt = WithoutQuotes(count > 0 ? LastWords(before, count) : std::string_view());
      if (spelt.empty() || (BeginsWithSign(spelt) && !BeginsWithSign(title))) continue;
      if (MatchingTitle(spelt) != key) continue;
      found.push_back({std::string(spelt), *year});
      break;
    }
  }
  return found;
}

}  // namespace suite
