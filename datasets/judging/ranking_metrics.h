// The measures of an evaluation: Recall@k, NDCG@k and the in-catalogue ratio, as the authors evaluate, and the share of
// duplicates.
//
//   EvaluatedAnswer answer = EvaluateAnswer(text, c.ground_truth, c.seen_titles, catalog, {/*list_length=*/10});
//   RecallAt(answer, 10);
//   DistinctRecallAt(answer, 10);       // of the same list without the items that repeat an earlier one: ours
//
// Matching is the authors' evaluation (libs/metrics.py: evaluate_direct_match; evaluate/eval_grpo_val.py), which
// differs from the reward's (judged_list.h): seen titles and items not exactly in the catalog are removed first, so
// later items move up; then each ground truth marks the first item of exactly its title, case and all, within two
// years. Two ground truths may mark the same item, which is one hit. The evaluation scripts import a function that
// exists nowhere; evaluate_direct_match is taken for it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"
#include "datasets/core/item.h"
#include "datasets/judging/judged_list.h"

namespace suite {

struct MetricOptions {
  int list_length = 20;  // N: how many parsed items the two shares look at
  int year_tolerance = 2;
};

// One parsed item of an answer, in the answer's order, also beyond N.
struct EvaluatedItem {
  int line = 0;  // newlines before it in the answer
  Item item;
  RankVerdict verdict = RankVerdict::kMiss;  // by the matching above; never kUnparsed
  OutOfCatalogReason reason = OutOfCatalogReason::kInCatalog;
  bool repeated = false;      // the same (normalised title, year) was given before, whatever the verdicts of the two
  double share = 1.0;         // what a hit on it counts (Catalog::Share)
  bool near_catalog = false;  // counts for the in-catalogue ratio: lower-cased title, some year within the tolerance
};

// What the measures look at.
struct EvaluatedAnswer {
  size_t ground_truths = 0;
  std::vector<EvaluatedItem> items;
  // Of the list without seen and out-of-catalog items: where a ground truth marks an item 1, or its share; else 0.
  std::vector<double> hits;
  std::vector<double> distinct_hits;  // the same of the list that has lost its repeated items, too
  // Of the first N parsed items: how many there are, how many of them are in the catalog (lower-cased title, some year
  // within the tolerance), and how many differ by (normalised title, year).
  size_t given = 0, in_catalog = 0, distinct = 0;
};

EvaluatedAnswer EvaluateAnswer(std::string_view text, const std::vector<GroundTruth>& ground_truth,
                               const std::vector<std::string>& seen_titles, const Catalog& catalog,
                               const MetricOptions& options);

// Hits among the first k, each counted by its share / number of ground truths. Without ground truth NaN, as NdcgAt: the
// authors divide by zero.
double RecallAt(const EvaluatedAnswer& answer, size_t k);

// DCG@k / DCG of min(ground truths, filtered length, k) hits, with log2(rank + 1): unlike the usual ideal, this one
// counts no more ranks than the filtered list has.
double NdcgAt(const EvaluatedAnswer& answer, size_t k);

// The same of the list without repeated items: how well the policy ranks, apart from how often it repeats itself.
double DistinctRecallAt(const EvaluatedAnswer& answer, size_t k);
double DistinctNdcgAt(const EvaluatedAnswer& answer, size_t k);

// Shares of the first N parsed items, 0 for none: those in the catalog, and those that repeat an earlier one.
double InCatalogRatio(const EvaluatedAnswer& answer);
double DuplicateShare(const EvaluatedAnswer& answer);

// The mean over conversations; those without a value (NaN) are left out. NaN when none is left.
double MeanScore(const std::vector<double>& scores);

}  // namespace suite
