// How titles from different sources are recognised as the same film, and which year is near enough.
//
//   MatchingTitle("Matrix, The") == MatchingTitle("the MATRIX!")            // "matrix"
//   NearestYear({1984, 2021}, 2020) == 2021
//   TitleIndex index(catalog.items());
//   index.Find("The Matrix", 1998)                                          // the catalogue's id of Matrix, The (1999)
//   index.FindOnly("Heat")                                                  // its id, if one item alone has this title
//
// This is for preparing data: naming ground truths, finding doublets. Judging an answer has its own, stricter rules
// (judged_list.h, ranking_metrics.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "datasets/core/item.h"

namespace suite {

// Letters and digits only, case folded, accents off, "&" read as "and", a leading or moved article ("The Matrix",
// "Matrix, The"; a, an, the) taken off, unless nothing would be left. A title of signs alone ("...", "$") is kept
// as it is, case folded.
std::string MatchingTitle(std::string_view title);

// The year of `years` that the authors' rule takes for `year`: at most `tolerance` away, the nearest first, the later
// one before the earlier (libs/metrics_align.py).
std::optional<int> NearestYear(const std::vector<int>& years, int year, int tolerance = 2);

// Items by matching title.
class TitleIndex {
 public:
  explicit TitleIndex(const std::vector<Item>& items);

  // Positions in `items` with this matching title, in order.
  const std::vector<int>& FindAll(std::string_view title) const;

  // The one whose year NearestYear takes; of equal years the first.
  std::optional<int> Find(std::string_view title, int year) const;

  // The position, when exactly one item has this title.
  std::optional<int> FindOnly(std::string_view title) const;

 private:
  std::vector<int> years_;  // of the items
  std::unordered_map<std::string, std::vector<int>> positions_;
};

}  // namespace suite
