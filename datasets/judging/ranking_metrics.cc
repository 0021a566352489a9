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

// Hits of the list that is left once seen and out-of-catalog items are gone; [its length].
std::vector<int> HitsOfFilteredList(const std::vector<ParsedItem>& parsed, const std::vector<GroundTruth>& ground_truth,
                                    const std::vector<std::string>& seen_titles, const Catalog& catalog,
                                    int year_tolerance) {
  const std::unordered_set<std::string> seen(seen_titles.begin(), seen_titles.end());
  std::vector<const Item*> list;
  for (const ParsedItem& answer : parsed) {
    if (seen.count(answer.item.title) == 0 && catalog.Find(answer.item)) list.push_back(&answer.item);
  }
  std::vector<int> hits(list.size(), 0);
  for (const GroundTruth& wanted : ground_truth) {
    if (!wanted.year) continue;
    const auto found = std::find_if(list.begin(), list.end(), [&](const Item* item) {
      return item->title == wanted.title && std::abs(item->year - *wanted.year) <= year_tolerance;
    });
    if (found != list.end()) hits[static_cast<size_t>(found - list.begin())] = 1;
  }
  return hits;
}

double DiscountAtRank(size_t rank_from_0) { return 1.0 / std::log2(static_cast<double>(rank_from_0) + 2.0); }

void CountShares(const std::vector<ParsedItem>& parsed, const Catalog& catalog, const MetricOptions& options,
                 EvaluatedAnswer* answer) {
  answer->given = std::min(parsed.size(), static_cast<size_t>(options.list_length));
  std::set<Item> distinct;
  for (size_t rank = 0; rank < answer->given; ++rank) {
    const Item& item = parsed[rank].item;
    if (catalog.ContainsLowerCase(item, options.year_tolerance)) ++answer->in_catalog;
    distinct.insert({NormalizedTitle(item.title), item.year});
  }
  answer->distinct = distinct.size();
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
  const std::vector<ParsedItem> parsed = ParseAnswer(text);
  EvaluatedAnswer answer;
  answer.ground_truths = ground_truth.size();
  answer.hits = HitsOfFilteredList(parsed, ground_truth, seen_titles, catalog, options.year_tolerance);
  CountShares(parsed, catalog, options, &answer);
  return answer;
}

double RecallAt(const EvaluatedAnswer& answer, size_t k) {
  SUITE_CHECK_GT(k, 0u);
  if (answer.ground_truths == 0) return kNaN;
  int found = 0;
  for (size_t rank = 0; rank < std::min(k, answer.hits.size()); ++rank) found += answer.hits[rank];
  return static_cast<double>(found) / static_cast<double>(answer.ground_truths);
}

double NdcgAt(const EvaluatedAnswer& answer, size_t k) {
  SUITE_CHECK_GT(k, 0u);
  if (answer.ground_truths == 0) return kNaN;
  const size_t length = std::min(k, answer.hits.size());
  double gain = 0;
  double ideal = 0;
  for (size_t rank = 0; rank < length; ++rank) {
    if (answer.hits[rank] != 0) gain += DiscountAtRank(rank);
    if (rank < answer.ground_truths) ideal += DiscountAtRank(rank);
  }
  return length == 0 ? 0.0 : gain / ideal;
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
