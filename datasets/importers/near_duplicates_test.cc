#include "datasets/importers/near_duplicates.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>
#include <utility>

#include "base/text/utf8.h"
#include "datasets/core/catalog.h"
#include "datasets/judging/title_rules.h"

namespace suite {
namespace {

std::string KindOf(const Item& a, const Item& b) {
  const std::vector<NearDuplicate> found = NearDuplicates({a, b});
  return found.empty() ? "none" : std::string(NearDuplicateKindName(found[0].kind));
}

TEST(NearDuplicates, NamesTheKind) {
  EXPECT_EQ(KindOf({"Dune", 1984}, {"Dune", 2021}), "other_year");
  EXPECT_EQ(KindOf({"Dune", 2020}, {"dune", 2021}), "near_year");
  EXPECT_EQ(KindOf({"Dune", 2019}, {"Dune", 2021}), "near_year");
  EXPECT_EQ(KindOf({"Dune", 2018}, {"Dune", 2021}), "other_year");
  EXPECT_EQ(KindOf({"WALL-E", 2008}, {"WALL·E", 2008}), "punctuation");
  EXPECT_EQ(KindOf({"WALL-E", 2008}, {"WALL·E", 2020}), "none");
  EXPECT_EQ(KindOf({"Amélie", 2001}, {"Amelie", 2002}), "punctuation");
  EXPECT_EQ(KindOf({"The Matrix", 1999}, {"Matrix, The", 1999}), "article");
  EXPECT_EQ(KindOf({"The Matrix", 1999}, {"Matrix", 2000}), "article");
  EXPECT_EQ(KindOf({"Finch", 2021}, {"Flinch", 2021}), "spelling");
  EXPECT_EQ(KindOf({"Finch", 2021}, {"Flinch", 2022}), "none");
  EXPECT_EQ(KindOf({"Alines", 1986}, {"Aliens", 1986}), "spelling");  // swapped
  EXPECT_EQ(KindOf({"Alians", 1986}, {"Aliens", 1986}), "spelling");  // another letter
  EXPECT_EQ(KindOf({"Cars", 2006}, {"Care", 2006}), "none");          // too short
  EXPECT_EQ(KindOf({"Movie 2", 2006}, {"Movie 3", 2006}), "none");    // a sequel
  EXPECT_EQ(KindOf({"Movie", 2006}, {"Movie 3", 2006}), "none");
  EXPECT_EQ(KindOf({"Aliens", 1986}, {"Allied", 1986}), "none");  // two letters
}

// Full Damerau-Levenshtein distance (adjacent swaps), the textbook table.
int Distance(const std::u32string& a, const std::u32string& b) {
  std::vector<std::vector<int>> d(a.size() + 1, std::vector<int>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = static_cast<int>(i + j);
        continue;
      }
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

// On the paper's catalogue, against comparing all pairs.
TEST(NearDuplicates, FindsWhatAllPairsWould) {
  const Catalog catalog = Catalog::FromTsv(kRedditV2CatalogPath);
  std::vector<std::u32string> keys;
  for (const Item& item : catalog.items()) keys.push_back(DecodeUtf8(MatchingTitle(item.title)));
  std::set<std::pair<int, int>> expected;
  for (int i = 0; i < catalog.size(); ++i) {
    for (int j = i + 1; j < catalog.size(); ++j) {
      const std::u32string& a = keys[static_cast<size_t>(i)];
      const std::u32string& b = keys[static_cast<size_t>(j)];
      const bool comparable = catalog.item(i).year == catalog.item(j).year && std::min(a.size(), b.size()) >= 5 &&
                              std::max(a.size(), b.size()) - std::min(a.size(), b.size()) <= 1;
      if (comparable && Distance(a, b) == 1) expected.insert({i, j});
    }
  }
  std::set<std::pair<int, int>> found;
  for (const NearDuplicate& pair : NearDuplicates(catalog.items())) {
    if (pair.kind == NearDuplicateKind::kSpelling) found.insert({pair.first, pair.second});
  }
  EXPECT_EQ(found.size(), 9u);
  EXPECT_TRUE(std::includes(expected.begin(), expected.end(), found.begin(), found.end()));
  // What is left differs in a digit.
  for (const auto& [i, j] : expected) {
    if (found.count({i, j}) > 0) continue;
    EXPECT_NE((catalog.item(i).title + catalog.item(j).title).find_first_of("0123456789"), std::string::npos)
        << FormatItem(catalog.item(i)) << " " << FormatItem(catalog.item(j));
  }
}

}  // namespace
}  // namespace suite
