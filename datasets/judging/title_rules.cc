#include "datasets/judging/title_rules.h"

#include <unicode/uchar.h>

#include <algorithm>

#include "base/text/utf8.h"
#include "datasets/core/unicode_text.h"

namespace suite {
namespace {

using View = std::u32string_view;

constexpr View kArticles[] = {U"the", U"an", U"a"};

bool BeginsWithWord(View text, View word) {
  return text.size() > word.size() && text.substr(0, word.size()) == word && IsWhiteSpace(text[word.size()]);
}

// "matrix, the" and "the matrix" become "matrix".
View WithoutArticle(View text) {
  for (const View article : kArticles) {
    if (BeginsWithWord(text, article)) return text.substr(article.size() + 1);
  }
  const size_t comma = text.rfind(U',');
  if (comma == View::npos || comma == 0) return text;
  View last = text.substr(comma + 1);
  while (!last.empty() && IsWhiteSpace(last.front())) last.remove_prefix(1);
  return std::find(std::begin(kArticles), std::end(kArticles), last) == std::end(kArticles) ? text
                                                                                            : text.substr(0, comma);
}

std::u32string LettersAndDigits(View text) {
  std::u32string kept;
  for (const char32_t c : text) {
    if (c == U'&') {
      kept += U"and";
    } else if (u_isalnum(static_cast<UChar32>(c))) {
      kept.push_back(c);
    }
  }
  return kept;
}

}  // namespace

std::string MatchingTitle(std::string_view title) {
  const std::u32string folded = SqueezeWhiteSpace(FoldedWithoutAccents(title));
  std::u32string key = LettersAndDigits(WithoutArticle(folded));
  if (key.empty()) key = LettersAndDigits(folded);
  return EncodeUtf8(key.empty() ? folded : key);
}

std::optional<int> NearestYear(const std::vector<int>& years, int year, int tolerance) {
  for (int distance = 0; distance <= tolerance; ++distance) {
    for (const int wanted : {year + distance, year - distance}) {
      if (std::find(years.begin(), years.end(), wanted) != years.end()) return wanted;
    }
  }
  return std::nullopt;
}

TitleIndex::TitleIndex(const std::vector<Item>& items) {
  for (const Item& item : items) {
    positions_[MatchingTitle(item.title)].push_back(static_cast<int>(years_.size()));
    years_.push_back(item.year);
  }
}

const std::vector<int>& TitleIndex::FindAll(std::string_view title) const {
  static const auto* none = new std::vector<int>();
  const auto found = positions_.find(MatchingTitle(title));
  return found == positions_.end() ? *none : found->second;
}

std::optional<int> TitleIndex::Find(std::string_view title, int year) const {
  const std::vector<int>& positions = FindAll(title);
  std::vector<int> years;
  for (const int position : positions) years.push_back(years_[static_cast<size_t>(position)]);
  const std::optional<int> nearest = NearestYear(years, year);
  if (!nearest) return std::nullopt;
  return positions[static_cast<size_t>(std::find(years.begin(), years.end(), *nearest) - years.begin())];
}

std::optional<int> TitleIndex::FindOnly(std::string_view title) const {
  const std::vector<int>& positions = FindAll(title);
  if (positions.size() != 1) return std::nullopt;
  return positions[0];
}

}  // namespace suite
