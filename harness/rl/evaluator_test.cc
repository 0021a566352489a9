#include "harness/rl/evaluator.h"

#include <gtest/gtest.h>

#include <cmath>

#include "harness/metrics/metric_table.h"

namespace suite {
namespace {

// Hits at ranks 2 and 3; three of four items are in the catalogue, one repeats another.
EvaluatedAnswer SomeAnswer() {
  EvaluatedAnswer answer;
  answer.ground_truths = 3;
  answer.hits = {0, 1, 1};
  answer.distinct_hits = {0, 1};
  answer.given = 4;
  answer.in_catalog = 3;
  answer.distinct = 2;
  return answer;
}

// The table's names and the functions bound to its lines are in one order.
TEST(EvaluatorTest, EveryMetricOfTheTableHasItsScore) {
  const std::vector<int64_t> cutoffs = {1, 2, 5};
  const EvaluatedAnswer answer = SomeAnswer();
  const std::vector<double> scores = ScoresOf(answer, cutoffs);
  const std::vector<std::string> names = MetricNames(cutoffs);
  ASSERT_EQ(scores.size(), names.size());
  const std::vector<std::pair<std::string, double>> expected = {{"recall@1", 0.0},
                                                                {"recall@2", RecallAt(answer, 2)},
                                                                {"recall@5", RecallAt(answer, 5)},
                                                                {"ndcg@1", 0.0},
                                                                {"ndcg@2", NdcgAt(answer, 2)},
                                                                {"ndcg@5", NdcgAt(answer, 5)},
                                                                {"distinct_recall@1", 0.0},
                                                                {"distinct_recall@2", DistinctRecallAt(answer, 2)},
                                                                {"distinct_recall@5", DistinctRecallAt(answer, 5)},
                                                                {"distinct_ndcg@1", 0.0},
                                                                {"distinct_ndcg@2", DistinctNdcgAt(answer, 2)},
                                                                {"distinct_ndcg@5", DistinctNdcgAt(answer, 5)},
                                                                {"in_catalog_ratio", InCatalogRatio(answer)},
                                                                {"duplicate_share", DuplicateShare(answer)}};
  ASSERT_EQ(expected.size(), names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(names[i], expected[i].first);
    EXPECT_EQ(scores[i], expected[i].second) << names[i];
    EXPECT_TRUE(std::isfinite(scores[i])) << names[i];
  }
}

TEST(EvaluatorTest, MeansLeaveOutConversationsWithoutAScore) {
  Evaluation evaluation;
  evaluation.metrics = {"recall@5", "ndcg@5"};
  evaluation.scores = {{1.0f, std::nanf(""), 0.5f}, {std::nanf(""), std::nanf(""), std::nanf("")}};
  EXPECT_EQ(MeanScore(evaluation, "recall@5"), 0.75);
  EXPECT_TRUE(std::isnan(MeanScore(evaluation, "ndcg@5")));
}

}  // namespace
}  // namespace suite
