// Pairs of catalogue items that may be one film, for a person to look at: nothing is merged.
//
//   for (const NearDuplicate& pair : NearDuplicates(catalog.items())) ...   // 7,404 items: well under a second
//
// The time grows with the number of items and of pairs found, not with all pairs.
#pragma once

#include <string_view>
#include <vector>

#include "datasets/core/item.h"

namespace suite {

// The first that applies.
enum class NearDuplicateKind {
  kNearYear,     // the same title (NormalizedTitle), at most two years apart: the reward takes one for the other
  kOtherYear,    // the same title, more than two years apart: a remake, or a wrong year
  kPunctuation,  // alike but for signs, case and accents ("WALL-E", "WALL·E"), at most two years apart
  kArticle,      // alike but for an article left out or moved ("Matrix, The"), at most two years apart
  kSpelling,  // the same year, and one letter more, less, other, or two neighbours swapped; from five letters on, and
              // no digit at the place: "Saw 2" and "Saw 3" are two films
};

// "near_year", "other_year", "punctuation", "article", "spelling".
std::string_view NearDuplicateKindName(NearDuplicateKind kind);

struct NearDuplicate {
  int first = 0, second = 0;  // positions in the list, first < second
  NearDuplicateKind kind = NearDuplicateKind::kNearYear;
};

// Sorted by position.
std::vector<NearDuplicate> NearDuplicates(const std::vector<Item>& items);

}  // namespace suite
