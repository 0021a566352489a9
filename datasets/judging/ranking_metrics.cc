#include "datasets/judging/ranking_metrics.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <set>
#include <unordered_set>

#include "base/check.h"
#include "datasets/core/unicode_text.h"
#include "datasets/judging/answer_parser.h"

namespace suite {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// What can be said of each item alone and of those before it.
std::vector<EvaluatedItem> ItemsOf(const std::vector<ParsedItem>& parsed, const std::vector<std::string>& seen_titles,
                                   const Catalog& catalog, int year_tolerance) {
  const std::unordered_set<std::string> seen(seen_titles.begin(), seen_titles.end());
  std::set<Item> given;
  std::vector<EvaluatedItem> items;
  for (const ParsedItem& answer : parsed) {
    EvaluatedItem item;
    item.line = answer.line;
    item.item = answer.item;
    item.repeated = !given.insert({NormalizedTitle(answer.item.title), answer.item.year}).second;
    item.near_catalog = catalog.ContainsLowerCase(answer.item, year_tolerance);
    item.reason = ReasonOf(answer.item, catalog);
    if (const auto id = catalog.Find(answer.item)) item.share = catalog.Share(*id);
    if (seen.count(answer.item.title) > 0) {
      item.verdict = RankVerdict::kSeen;
    } else if (item.reason != OutOfCatalogReason::kInCatalog) {
      item.verdict = RankVerdict::kOutOfCatalog;
    } else {
      item.verdict = item.repeated ? RankVerdict::kDuplicate : RankVerdict::kMiss;
    }
    items.push_back(std::move(item));
  }
  return items;
}

bool IsFiltered(const EvaluatedItem& item) {
  return item.verdict == RankVerdict::kSeen || item.verdict == RankVerdict::kOutOfCatalog;
}

// Each ground truth marks the first item that it matches.
void MarkHits(const std::vector<GroundTruth>& ground_truth, int year_tolerance, std::vector<EvaluatedItem>* items) {
  for (const GroundTruth& wanted : ground_truth) {
    if (!wanted.year) continue;
    const auto found = std::find_if(items->begin(), items->end(), [&](const EvaluatedItem& item) {
      return !IsFiltered(item) && item.item.title == wanted.title &&
             std::abs(item.item.year - *wanted.year) <= year_tolerance;
    });
    if (found != items->end()) found->verdict = RankVerdict::kHit;
  }
}

double DiscountAtRank(size_t rank_from_0) { return 1.0 / std::log2(static_cast<double>(rank_from_0) + 2.0); }

void CountShares(size_t list_length, EvaluatedAnswer* answer) {
  answer->given = std::min(answer->items.size(), list_length);
  for (size_t rank = 0; rank < answer->given; ++rank) {
    if (answer->items[rank].near_catalog) ++answer->in_catalog;
    if (!answer->items[rank].repeated) ++answer->distinct;
  }
}

// Recall and nDCG of a filtered list.
double RecallOf(const std::vector<double>& hits, size_t ground_truths, size_t k) {
  SUITE_CHECK_GT(k, 0u);
  if (ground_truths == 0) return kNaN;
  double found = 0;
  for (size_t rank = 0; rank < std::min(k, hits.size()); ++rank) found += hits[rank];
  return found / static_cast<double>(ground_truths);
}

double NdcgOf(const std::vector<double>& hits, size_t ground_truths, size_t k) {
  SUITE_CHECK_GT(k, 0u);
  if (ground_truths == 0) return kNaN;
  const size_t length = std::min(k, hits.size());
  double gain = 0;
  double ideal = 0;
  for (size_t rank = 0; rank < length; ++rank) {
    gain += hits[rank] * DiscountAtRank(rank);
    if (rank < ground_truths) ideal += DiscountAtRank(rank);
  }
  return length == 0 ? 0.0 : gain / ideal;
}

double ShareOfGiven(size_t count, const EvaluatedAnswer& answer) {
  return answer.given == 0 ? 0.0 : static_cast<double>(count) / static_cast<double>(answer.given);
}

}  // namespace

EvaluatedAnswer EvaluateAnswer(std::string_view text, const std::vector<GroundTruth>& ground_truth,
                               const std::vector<std::string>& seen_titles, const Catalog& catalog,
                               const MetricOptions& options) {
  SUITE_CHECK_GT(options.list_length, 0);
  SUITE_CHECK_GE(options.year_tolerance, 0);
  EvaluatedAnswer answer;
  answer.ground_truths = ground_truth.size();
  answer.items = ItemsOf(ParseAnswer(text, catalog.form()), seen_titles, catalog, options.year_tolerance);
  MarkHits(ground_truth, options.year_tolerance, &answer.items);
  for (const EvaluatedItem& item : answer.items) {
    if (IsFiltered(item)) continue;
    const double hit = item.verdict == RankVerdict::kHit ? item.share : 0.0;
    answer.hits.push_back(hit);
    if (!item.repeated) answer.distinct_hits.push_back(hit);
  }
  CountShares(static_cast<size_t>(options.list_length), &answer);
  return answer;
}

double RecallAt(const EvaluatedAnswer& answer, size_t k) { return RecallOf(answer.hits, answer.ground_truths, k); }
double NdcgAt(const EvaluatedAnswer& answer, size_t k) { return NdcgOf(answer.hits, answer.ground_truths, k); }

double DistinctRecallAt(const EvaluatedAnswer& answer, size_t k) {
  return RecallOf(answer.distinct_hits, answer.ground_truths, k);
}
double DistinctNdcgAt(const EvaluatedAnswer& answer, size_t k) {
  return NdcgOf(answer.distinct_hits, answer.ground_truths, k);
}

double InCatalogRatio(const EvaluatedAnswer& answer) { return ShareOfGiven(answer.in_catalog, answer); }

double DuplicateShare(const EvaluatedAnswer& answer) { return ShareOfGiven(answer.given - answer.distinct, answer); }

double MeanScore(const std::vector<double>& scores) {
  double sum = 0;
  size_t count = 0;
  for (const double score : scores) {
    if (std::isnan(score)) continue;
    sum += score;
    ++count;
  }
  return count > 0 ? sum / static_cast<double>(count) : kNaN;
}

}  // namespace suite
