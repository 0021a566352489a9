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

double RecallAt(const std::vector<int>& hits, size_t k, size_t ground_truths) {
  int found = 0;
  for (size_t rank = 0; rank < std::min(k, hits.size()); ++rank) found += hits[rank];
  return static_cast<double>(found) / static_cast<double>(ground_truths);
}

double NdcgAt(const std::vector<int>& hits, size_t k, size_t ground_truths) {
  const size_t length = std::min(k, hits.size());
  double gain = 0;
  double ideal = 0;
  for (size_t rank = 0; rank < length; ++rank) {
    if (hits[rank] != 0) gain += DiscountAtRank(rank);
    if (rank < ground_truths) ideal += DiscountAtRank(rank);
  }
  return length == 0 ? 0.0 : gain / ideal;
}

void CountShares(const std::vector<ParsedItem>& parsed, const Catalog& catalog, const MetricOptions& options,
                 ConversationMetrics* metrics) {
  const size_t length = std::min(parsed.size(), static_cast<size_t>(options.list_length));
  if (length == 0) return;
  int in_catalog = 0;
  std::set<Item> distinct;
  for (size_t rank = 0; rank < length; ++rank) {
    const Item& item = parsed[rank].item;
    if (catalog.ContainsLowerCase(item, options.year_tolerance)) ++in_catalog;
    distinct.insert({NormalizedTitle(item.title), item.year});
  }
  metrics->in_catalog_ratio = in_catalog / static_cast<double>(length);
  metrics->duplicate_share = static_cast<double>(length - distinct.size()) / static_cast<double>(length);
}

void CheckOptions(const MetricOptions& options) {
  SUITE_CHECK_GT(options.list_length, 0);
  SUITE_CHECK_GE(options.year_tolerance, 0);
  for (const int k : options.cutoffs) SUITE_CHECK_GT(k, 0);
}

template <typename Value>
void Add(const std::vector<Value>& values, std::vector<double>* sum) {
  SUITE_CHECK_EQ(values.size(), sum->size());
  for (size_t i = 0; i < values.size(); ++i) (*sum)[i] += values[i];
}

void Divide(double count, std::vector<double>* sum) {
  for (double& value : *sum) value /= count;  // 0 / 0 is NaN: no conversation to judge by
}

double PopulationStd(const std::vector<ConversationMetrics>& metrics, double mean) {
  double squares = 0;
  for (const ConversationMetrics& m : metrics) squares += (m.in_catalog_ratio - mean) * (m.in_catalog_ratio - mean);
  return std::sqrt(squares / static_cast<double>(metrics.size()));
}

}  // namespace

ConversationMetrics EvaluateAnswer(std::string_view text, const std::vector<GroundTruth>& ground_truth,
                                   const std::vector<std::string>& seen_titles, const Catalog& catalog,
                                   const MetricOptions& options) {
  CheckOptions(options);
  const std::vector<ParsedItem> parsed = ParseAnswer(text);
  const std::vector<int> hits = HitsOfFilteredList(parsed, ground_truth, seen_titles, catalog, options.year_tolerance);
  ConversationMetrics metrics;
  metrics.has_ground_truth = !ground_truth.empty();
  for (const int cutoff : options.cutoffs) {
    const auto k = static_cast<size_t>(cutoff);
    metrics.recall.push_back(metrics.has_ground_truth ? RecallAt(hits, k, ground_truth.size()) : kNaN);
    metrics.ndcg.push_back(metrics.has_ground_truth ? NdcgAt(hits, k, ground_truth.size()) : kNaN);
  }
  CountShares(parsed, catalog, options, &metrics);
  metrics.hit_at_rank_N = hits;
  metrics.hit_at_rank_N.resize(static_cast<size_t>(options.list_length), 0);
  return metrics;
}

MetricMeans MeansOverConversations(const std::vector<ConversationMetrics>& metrics) {
  MetricMeans means;
  means.conversations = static_cast<int>(metrics.size());
  if (metrics.empty()) {
    means.in_catalog_ratio = means.duplicate_share = means.in_catalog_ratio_std = kNaN;
    return means;
  }
  means.recall.assign(metrics[0].recall.size(), 0.0);
  means.ndcg.assign(metrics[0].ndcg.size(), 0.0);
  means.hit_rate_at_rank_N.assign(metrics[0].hit_at_rank_N.size(), 0.0);
  for (const ConversationMetrics& m : metrics) {
    means.in_catalog_ratio += m.in_catalog_ratio;
    means.duplicate_share += m.duplicate_share;
    if (!m.has_ground_truth) continue;
    ++means.with_ground_truth;
    Add(m.recall, &means.recall);
    Add(m.ndcg, &means.ndcg);
    Add(m.hit_at_rank_N, &means.hit_rate_at_rank_N);
  }
  means.in_catalog_ratio /= means.conversations;
  means.duplicate_share /= means.conversations;
  means.in_catalog_ratio_std = PopulationStd(metrics, means.in_catalog_ratio);
  for (auto* sum : {&means.recall, &means.ndcg, &means.hit_rate_at_rank_N}) Divide(means.with_ground_truth, sum);
  return means;
}

}  // namespace suite
