// Recall@k, NDCG@k and the in-catalog ratio of one answer, as the authors evaluate, and two measures of our own.
//
//   MetricOptions options;
//   options.list_length = 10;
//   options.cutoffs = {5, 10};
//   ConversationMetrics m = EvaluateAnswer(text, c.ground_truth, c.seen_titles, catalog, options);
//   m.recall[1]                                             // recall@10
//   MetricMeans means = MeansOverConversations({m, ...});
//
// Matching is the authors' evaluation (libs/metrics.py: evaluate_direct_match; evaluate/eval_grpo_val.py), which
// differs from the reward's (judged_list.h): seen titles and items not exactly in the catalog are removed first, so
// later items move up; then each ground truth marks the first item of exactly its title, case and all, within two
// years. Two ground truths may mark the same item, which is one hit. The evaluation scripts import a function that
// exists nowhere; evaluate_direct_match is taken for it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"

namespace suite {

struct MetricOptions {
  int list_length = 20;                     // N: how many parsed items the two ratios look at
  std::vector<int> cutoffs{5, 10, 15, 20};  // the k of recall@k and ndcg@k
  int year_tolerance = 2;
};

struct ConversationMetrics {
  // Without ground truth, recall and ndcg are undefined (the authors divide by zero): NaN, and left out of the means.
  bool has_ground_truth = false;
  std::vector<double> recall;   // by cutoff: hits among the first k / number of ground truths
  std::vector<double> ndcg;     // by cutoff: DCG@k / DCG of min(ground truths, filtered length, k) hits, log2(rank + 1)
  double in_catalog_ratio = 0;  // of the first N parsed items, lower-cased title with some year within two
  double duplicate_share = 0;   // of the first N parsed items, those whose (normalised title, year) came earlier
  std::vector<int> hit_at_rank_N;  // [N]: 1 where the filtered list has a hit
};

ConversationMetrics EvaluateAnswer(std::string_view text, const std::vector<GroundTruth>& ground_truth,
                                   const std::vector<std::string>& seen_titles, const Catalog& catalog,
                                   const MetricOptions& options);

// Plain means over conversations: recall, ndcg and hit rates over those with ground truth, the ratios over all. An
// empty set gives NaN.
struct MetricMeans {
  int conversations = 0;
  int with_ground_truth = 0;
  std::vector<double> recall;
  std::vector<double> ndcg;
  double in_catalog_ratio = 0;
  double in_catalog_ratio_std = 0;  // population standard deviation (divided by n, not n - 1)
  double duplicate_share = 0;
  std::vector<double> hit_rate_at_rank_N;
};

// All must come from the same MetricOptions.
MetricMeans MeansOverConversations(const std::vector<ConversationMetrics>& metrics);

}  // namespace suite
