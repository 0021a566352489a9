#include "datasets/importers/near_duplicates.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/text/utf8.h"
#include "datasets/core/unicode_text.h"
#include "datasets/judging/title_rules.h"

namespace suite {
namespace {

using View = std::u32string_view;

constexpr size_t kShortest = 5;  // letters; below, one letter makes another word

// Only signs, case and accents taken off: what MatchingTitle would be without its rule for articles. A word put in
// front keeps an article from being the first word, and one behind from being the last.
std::string KeyWithArticle(const std::string& title) { return MatchingTitle("x " + title + " x"); }

// Do `a` and `b` differ by exactly one letter more, less or other, or by two neighbours swapped, none of them a digit?
bool OneEditApart(View a, View b) {
  while (!a.empty() && !b.empty() && a.front() == b.front()) {
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  while (!a.empty() && !b.empty() && a.back() == b.back()) {
    a.remove_suffix(1);
    b.remove_suffix(1);
  }
  const bool swapped = a.size() == 2 && b.size() == 2 && a[0] == b[1] && a[1] == b[0];
  if (!swapped && (a.size() > 1 || b.size() > 1 || a.size() + b.size() == 0)) return false;
  const auto is_digit = [](char32_t c) { return DecimalDigit(c) >= 0; };
  return std::none_of(a.begin(), a.end(), is_digit) && std::none_of(b.begin(), b.end(), is_digit);
}

using Pairs = std::map<std::pair<int, int>, NearDuplicateKind>;

std::optional<NearDuplicateKind> KindOfSameTitle(const Item& a, const Item& b) {
  constexpr int kTolerance = 2;  // years, as in judged_list.h
  const bool near = std::abs(a.year - b.year) <= kTolerance;
  if (NormalizedTitle(a.title) == NormalizedTitle(b.title)) {
    return near ? NearDuplicateKind::kNearYear : NearDuplicateKind::kOtherYear;
  }
  if (!near) return std::nullopt;
  const bool same_article = KeyWithArticle(a.title) == KeyWithArticle(b.title);
  return same_article ? NearDuplicateKind::kPunctuation : NearDuplicateKind::kArticle;
}

void AddSameTitles(const std::vector<Item>& items, Pairs* pairs) {
  std::map<std::string, std::vector<int>> positions;
  for (size_t i = 0; i < items.size(); ++i) positions[MatchingTitle(items[i].title)].push_back(static_cast<int>(i));
  for (const auto& [key, alike] : positions) {
    for (size_t i = 0; i < alike.size(); ++i) {
      for (size_t j = i + 1; j < alike.size(); ++j) {
        const auto kind = KindOfSameTitle(items[static_cast<size_t>(alike[i])], items[static_cast<size_t>(alike[j])]);
        if (kind) pairs->insert({{alike[i], alike[j]}, *kind});
      }
    }
  }
}

// Titles one edit apart share a form from which one letter is taken out (or the whole): only such pairs are compared.
void AddOtherSpellings(const std::vector<Item>& items, Pairs* pairs) {
  std::vector<std::u32string> keys;
  std::map<std::pair<int, std::u32string>, std::vector<int>> sharing;  // year and shortened form -> positions
  for (size_t i = 0; i < items.size(); ++i) {
    keys.push_back(DecodeUtf8(MatchingTitle(items[i].title)));
    if (keys[i].size() < kShortest) continue;
    for (size_t left_out = 0; left_out <= keys[i].size(); ++left_out) {
      std::u32string form = keys[i];
      if (left_out < form.size()) form.erase(left_out, 1);
      std::vector<int>& positions = sharing[{items[i].year, form}];
      if (positions.empty() || positions.back() != static_cast<int>(i)) positions.push_back(static_cast<int>(i));
    }
  }
  for (const auto& [form, alike] : sharing) {
    for (size_t i = 0; i < alike.size(); ++i) {
      for (size_t j = i + 1; j < alike.size(); ++j) {
        if (!OneEditApart(keys[static_cast<size_t>(alike[i])], keys[static_cast<size_t>(alike[j])])) continue;
        pairs->insert({{alike[i], alike[j]}, NearDuplicateKind::kSpelling});
      }
    }
  }
}

}  // namespace

std::string_view NearDuplicateKindName(NearDuplicateKind kind) {
  constexpr std::string_view kNames[] = {"near_year", "other_year", "punctuation", "article", "spelling"};
  return kNames[static_cast<size_t>(kind)];
}

std::vector<NearDuplicate> NearDuplicates(const std::vector<Item>& items) {
  Pairs pairs;
  AddSameTitles(items, &pairs);
  AddOtherSpellings(items, &pairs);
  std::vector<NearDuplicate> found;
  for (const auto& [positions, kind] : pairs) found.push_back({positions.first, positions.second, kind});
  return found;
}

}  // namespace suite
