// One answer cut into ranks, each with a verdict. Text becomes numbers here, once: the reward reads the relevance, the
// reports read the verdicts.
//
//   JudgeOptions options;
//   options.list_length = 10;
//   options.rank_rule = RankRule::kLine;
//   JudgedList judged = JudgeAnswer(text, conversation.ground_truth, conversation.seen_titles, catalog, options);
//   std::vector<float> relevance_N = Relevance(judged);      // [list_length], 1 or 0; ranks that were not given are 0
//
// Matching is the authors' reward (libs/reward_funcs.py, libs/metrics_align.py): a title in `seen_titles` (letter for
// letter) or a (title, year) not exactly in the catalog earns 0; else the item looks for a ground truth not yet taken
// with the same title after trimming, squeezing white space and full case folding, in the same year first, then one
// later, one earlier, two later, two earlier. Each ground truth is taken once. The metrics match otherwise:
// ranking_metrics.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"
#include "datasets/core/item.h"

namespace suite {

// Which rank an item takes.
enum class RankRule {
  kParsedPosition,  // the authors' reward: lines that do not parse take no rank
  kLine,            // rank k is line k, parsed or not, so that it agrees with token segmentation by newline
};

// The first that applies, from top to bottom: for rewards here and for metrics (ranking_metrics.h) alike. So an item
// that is given twice and is not in the catalogue is out of the catalogue both times, and one that was seen is seen
// both times; whether it repeats an earlier one is told beside its verdict (`repeated`).
enum class RankVerdict {
  kUnparsed,      // the line holds no item of the catalogue's form; only under RankRule::kLine
  kSeen,          // the title was already seen
  kOutOfCatalog,  // not in the catalog, letter for letter; see OutOfCatalogReason
  kHit,           // took a ground truth; relevance 1, or JudgedRank::share
  kDuplicate,     // the same item was given earlier in this answer
  kMiss,          // a fresh catalog item that nobody asked for
};

enum class OutOfCatalogReason {
  kInCatalog,
  kWrongYear,      // the title is there, letter for letter, but under other years
  kOtherSpelling,  // lower-cased, the title is there within two years of the year given
  kUnknownTitle,
};

// "hit", "miss", "duplicate", "seen", "out_of_catalog", "unparsed".
std::string_view RankVerdictName(RankVerdict verdict);

// "in_catalog", "wrong_year", "other_spelling", "unknown_title".
std::string_view OutOfCatalogReasonName(OutOfCatalogReason reason);

// The verdict as records have it: of an item out of the catalogue the reason, else the verdict's name.
std::string_view RecordedVerdict(RankVerdict verdict, OutOfCatalogReason reason);

OutOfCatalogReason ReasonOf(const Item& item, const Catalog& catalog);

struct JudgedRank {
  int line = 0;              // newlines before it in the answer
  std::optional<Item> item;  // as parsed by the form of the catalogue; empty for kUnparsed
  RankVerdict verdict = RankVerdict::kUnparsed;
  OutOfCatalogReason reason = OutOfCatalogReason::kInCatalog;
  // The same item (normalised title and year) was given at an earlier rank, whatever the verdicts of the two. A repeat
  // can still be a hit, when the ground truth names an item twice: the authors' relevance is left as it is.
  bool repeated = false;
  float share = 1.0f;  // what a hit on it counts: less than 1 where several items are written alike (Catalog::Share)
};

struct JudgedList {
  int list_length = 0;            // N
  std::vector<JudgedRank> ranks;  // the first N ranks given; fewer when the answer is short
  int overflow = 0;               // ranks given beyond N
};

struct JudgeOptions {
  int list_length = 20;                            // N, the paper's
  RankRule rank_rule = RankRule::kParsedPosition;  // a run takes that of its objective (objective.rank_rule)
  int year_tolerance = 2;
};

JudgedList JudgeAnswer(std::string_view text, const std::vector<GroundTruth>& ground_truth,
                       const std::vector<std::string>& seen_titles, const Catalog& catalog,
                       const JudgeOptions& options);

// rel_k for k = 1..N: its share for a hit (1 unless items are written alike), else 0. Also the authors' exp_inf reward.
std::vector<float> Relevance(const JudgedList& judged);

}  // namespace suite
