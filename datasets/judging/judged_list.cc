#include "datasets/judging/judged_list.h"

#include <algorithm>
#include <set>
#include <unordered_set>
#include <utility>

#include "base/check.h"
#include "datasets/core/unicode_text.h"
#include "datasets/judging/answer_parser.h"

namespace suite {
namespace {

// The ground truths that no item has taken yet.
class OpenGroundTruths {
 public:
  OpenGroundTruths(const std::vector<GroundTruth>& ground_truth, int year_tolerance) : year_tolerance_(year_tolerance) {
    for (const GroundTruth& wanted : ground_truth) {
      if (wanted.year) open_.insert({NormalizedTitle(wanted.title), *wanted.year});
    }
  }

  // Takes the nearest ground truth for an item of this normalised title and year; false when there is none.
  bool Take(const Item& normalized) {
    for (int distance = 0; distance <= year_tolerance_; ++distance) {
      for (const int offset : {distance, -distance}) {
        const auto found = open_.find({normalized.title, normalized.year + offset});
        if (found == open_.end()) continue;
        open_.erase(found);
        return true;
      }
    }
    return false;
  }

 private:
  int year_tolerance_;
  std::multiset<Item> open_;
};

// The ranks before judging: those given within the list, and how many lie beyond it.
JudgedList RanksGiven(std::string_view text, ItemForm form, const JudgeOptions& options) {
  JudgedList cut;
  cut.list_length = options.list_length;
  const std::vector<ParsedItem> parsed = ParseAnswer(text, form);
  const bool by_line = options.rank_rule == RankRule::kLine;
  const int given = by_line ? CountLines(text) : static_cast<int>(parsed.size());
  cut.ranks.resize(static_cast<size_t>(std::min(given, options.list_length)));
  cut.overflow = given - static_cast<int>(cut.ranks.size());
  for (size_t rank = 0; rank < cut.ranks.size(); ++rank) cut.ranks[rank].line = static_cast<int>(rank);
  for (size_t position = 0; position < parsed.size(); ++position) {
    const size_t rank = by_line ? static_cast<size_t>(parsed[position].line) : position;
    if (rank >= cut.ranks.size()) break;
    cut.ranks[rank].line = parsed[position].line;
    cut.ranks[rank].item = parsed[position].item;
  }
  return cut;
}

}  // namespace

std::string_view RankVerdictName(RankVerdict verdict) {
  constexpr std::string_view kNames[] = {"unparsed", "seen", "out_of_catalog", "hit", "duplicate", "miss"};
  return kNames[static_cast<size_t>(verdict)];
}

std::string_view OutOfCatalogReasonName(OutOfCatalogReason reason) {
  constexpr std::string_view kNames[] = {"in_catalog", "wrong_year", "other_spelling", "unknown_title"};
  return kNames[static_cast<size_t>(reason)];
}

std::string_view RecordedVerdict(RankVerdict verdict, OutOfCatalogReason reason) {
  return verdict == RankVerdict::kOutOfCatalog ? OutOfCatalogReasonName(reason) : RankVerdictName(verdict);
}

OutOfCatalogReason ReasonOf(const Item& item, const Catalog& catalog) {
  if (catalog.Find(item)) return OutOfCatalogReason::kInCatalog;
  if (!catalog.FindTitle(item.title).empty()) return OutOfCatalogReason::kWrongYear;
  return catalog.ContainsLowerCase(item) ? OutOfCatalogReason::kOtherSpelling : OutOfCatalogReason::kUnknownTitle;
}

JudgedList JudgeAnswer(std::string_view text, const std::vector<GroundTruth>& ground_truth,
                       const std::vector<std::string>& seen_titles, const Catalog& catalog,
                       const JudgeOptions& options) {
  SUITE_CHECK_GT(options.list_length, 0);
  SUITE_CHECK_GE(options.year_tolerance, 0);
  const std::unordered_set<std::string> seen(seen_titles.begin(), seen_titles.end());
  OpenGroundTruths open(ground_truth, options.year_tolerance);
  std::set<Item> given;
  JudgedList judged = RanksGiven(text, catalog.form(), options);
  for (JudgedRank& rank : judged.ranks) {
    if (!rank.item) continue;
    const Item normalized{NormalizedTitle(rank.item->title), rank.item->year};
    rank.repeated = !given.insert(normalized).second;
    rank.reason = ReasonOf(*rank.item, catalog);
    if (seen.count(rank.item->title) > 0) {
      rank.verdict = RankVerdict::kSeen;
    } else if (rank.reason != OutOfCatalogReason::kInCatalog) {
      rank.verdict = RankVerdict::kOutOfCatalog;
    } else if (open.Take(normalized)) {
      rank.verdict = RankVerdict::kHit;
      rank.share = static_cast<float>(catalog.Share(catalog.Find(*rank.item).value()));
    } else {
      rank.verdict = rank.repeated ? RankVerdict::kDuplicate : RankVerdict::kMiss;
    }
  }
  return judged;
}

std::vector<float> Relevance(const JudgedList& judged) {
  std::vector<float> relevance_N(static_cast<size_t>(judged.list_length), 0.0f);
  for (size_t rank = 0; rank < judged.ranks.size(); ++rank) {
    if (judged.ranks[rank].verdict == RankVerdict::kHit) relevance_N[rank] = judged.ranks[rank].share;
  }
  return relevance_N;
}

}  // namespace suite
