#include "datasets/judging/ranking_metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "base/random.h"
#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"
#include "datasets/core/item.h"

namespace suite {
namespace {

const Catalog& TestCatalog() {
  static const Catalog* const catalog =
      new Catalog({{"A", 2000}, {"B", 2000}, {"C", 2000}, {"D", 2000}, {"E", 2000}, {"F", 2000}});
  return *catalog;
}

EvaluatedAnswer Evaluate(const std::string& text, const std::vector<GroundTruth>& wanted,
                         const std::vector<std::string>& seen = {}) {
  MetricOptions options;
  options.list_length = 4;
  return EvaluateAnswer(text, wanted, seen, TestCatalog(), options);
}

double RecallOf(const std::string& text, const std::vector<GroundTruth>& wanted) {
  return RecallAt(Evaluate(text, wanted), 4);
}

TEST(RankingMetrics, HandCheckedList) {
  // Hits at ranks 2 and 3 of 3, two of three ground truths.
  const auto m = Evaluate("A (2000)\nB (2000)\nC (2000)", {{"B", 2000}, {"C", 2001}, {"F", 2000}});
  EXPECT_EQ(RecallAt(m, 1), 0.0);
  EXPECT_EQ(RecallAt(m, 2), 1.0 / 3);
  EXPECT_EQ(RecallAt(m, 4), 2.0 / 3);
  const double d1 = 1, d2 = 1 / std::log2(3.0), d3 = 0.5;
  EXPECT_DOUBLE_EQ(NdcgAt(m, 1), 0.0);
  EXPECT_DOUBLE_EQ(NdcgAt(m, 2), d2 / (d1 + d2));
  EXPECT_DOUBLE_EQ(NdcgAt(m, 4), (d2 + d3) / (d1 + d2 + d3));  // the list has three items: the ideal has three hits
  EXPECT_EQ(m.hits, (std::vector<double>{0, 1, 1}));
  EXPECT_DOUBLE_EQ(InCatalogRatio(m), 1.0);
  EXPECT_DOUBLE_EQ(DuplicateShare(m), 0.0);
}

TEST(RankingMetrics, TheIdealHasNoMoreHitsThanGroundTruths) {
  const auto m = Evaluate("A (2000)\nB (2000)\nC (2000)", {{"B", 2000}});
  EXPECT_DOUBLE_EQ(NdcgAt(m, 4), 1 / std::log2(3.0));
}

TEST(RankingMetrics, RemovesSeenAndOutOfCatalogItemsFirst) {
  const auto m = Evaluate("X (2000)\nA (2000)\nB (2000)", {{"B", 2000}}, {"A"});
  EXPECT_EQ(RecallAt(m, 1), 1.0);
  EXPECT_EQ(NdcgAt(m, 1), 1.0);
  EXPECT_DOUBLE_EQ(InCatalogRatio(m), 2.0 / 3);
}

TEST(RankingMetrics, MatchesTitlesLetterForLetter) {
  EXPECT_EQ(RecallOf("A (2000)", {{"a", 2000}}), 0.0);
  EXPECT_EQ(RecallOf("A (2000)", {{"A ", 2000}}), 0.0);
  EXPECT_EQ(RecallOf("A (2000)", {{"A", 2002}}), 1.0);
  EXPECT_EQ(RecallOf("A (2000)", {{"A", 2003}}), 0.0);
}

TEST(RankingMetrics, TwoGroundTruthsMayMarkOneItem) {
  EXPECT_EQ(RecallOf("A (2000)\nA (2000)", {{"A", 2000}, {"A", 2001}}), 0.5);
}

TEST(RankingMetrics, AGroundTruthWithoutYearCountsAndIsNeverMet) {
  EXPECT_EQ(RecallOf("A (2000)\nB (2000)", {{"A", std::nullopt}, {"B", 2000}}), 0.5);
}

TEST(RankingMetrics, EveryItemHasTheFirstVerdictThatApplies) {
  const EvaluatedAnswer answer = Evaluate("Nosuch (1990)\nA (2000)\nA (2000)\nNosuch (1990)\nB (2000)\nB (2000)",
                                          {{"A", 2000}, {"B", 2000}}, {"B"});
  std::vector<std::string> verdicts;
  std::vector<bool> repeated;
  for (const EvaluatedItem& item : answer.items) {
    verdicts.emplace_back(RankVerdictName(item.verdict));
    repeated.push_back(item.repeated);
  }
  EXPECT_EQ(verdicts,
            (std::vector<std::string>{"out_of_catalog", "hit", "duplicate", "out_of_catalog", "seen", "seen"}));
  EXPECT_EQ(repeated, (std::vector<bool>{false, false, true, true, false, true}));
}

TEST(RankingMetrics, WithoutRepeatsLaterItemsMoveUp) {
  const EvaluatedAnswer answer = Evaluate("A (2000)\nA (2000)\nB (2000)", {{"B", 2000}}, {});
  EXPECT_EQ(answer.hits, (std::vector<double>{0, 0, 1}));
  EXPECT_EQ(answer.distinct_hits, (std::vector<double>{0, 1}));
  EXPECT_DOUBLE_EQ(NdcgAt(answer, 5), 0.5);
  EXPECT_DOUBLE_EQ(DistinctNdcgAt(answer, 5), 1 / std::log2(3));
  EXPECT_DOUBLE_EQ(RecallAt(answer, 2), 0);
  EXPECT_DOUBLE_EQ(DistinctRecallAt(answer, 2), 1);
}

TEST(RankingMetrics, SharesLookAtTheFirstNParsedItems) {
  const auto m = Evaluate("A (2000)\na (2000)\nA (2001)\nX (2000)\nX (2000)\nX (2000)", {{"B", 2000}});
  EXPECT_DOUBLE_EQ(InCatalogRatio(m), 3.0 / 4);  // "a" and 2001 are near enough
  EXPECT_DOUBLE_EQ(DuplicateShare(m), 1.0 / 4);  // only "a (2000)" repeats an item
}

TEST(RankingMetrics, EmptyAnswersAndMissingGroundTruth) {
  const auto empty = Evaluate("", {{"A", 2000}});
  for (const size_t k : {1, 2, 4}) {
    EXPECT_EQ(RecallAt(empty, k), 0.0);
    EXPECT_EQ(NdcgAt(empty, k), 0.0);
  }
  EXPECT_EQ(InCatalogRatio(empty), 0.0);
  EXPECT_EQ(DuplicateShare(empty), 0.0);
  const auto undefined = Evaluate("A (2000)", {});
  EXPECT_TRUE(std::isnan(RecallAt(undefined, 1)));
  EXPECT_TRUE(std::isnan(NdcgAt(undefined, 1)));
}

TEST(RankingMetrics, MeansLeaveOutConversationsWithoutGroundTruth) {
  const std::vector<EvaluatedAnswer> answers = {
      Evaluate("A (2000)", {{"A", 2000}}), Evaluate("X (2000)", {{"B", 2000}}), Evaluate("A (2000)\nA (2000)", {})};
  std::vector<double> recall, ndcg, in_catalog, duplicates;
  for (const EvaluatedAnswer& answer : answers) {
    recall.push_back(RecallAt(answer, 1));
    ndcg.push_back(NdcgAt(answer, 4));
    in_catalog.push_back(InCatalogRatio(answer));
    duplicates.push_back(DuplicateShare(answer));
  }
  EXPECT_DOUBLE_EQ(MeanScore(recall), 0.5);
  EXPECT_DOUBLE_EQ(MeanScore(ndcg), 0.5);
  EXPECT_DOUBLE_EQ(MeanScore(in_catalog), 2.0 / 3);
  EXPECT_DOUBLE_EQ(MeanScore(duplicates), 0.5 / 3);
}

TEST(RankingMetrics, MeansOfNothingAreUndefined) {
  EXPECT_TRUE(std::isnan(MeanScore({})));
  const EvaluatedAnswer answer = Evaluate("A (2000)", {});
  EXPECT_TRUE(std::isnan(MeanScore({RecallAt(answer, 1)})));
  EXPECT_DOUBLE_EQ(MeanScore({InCatalogRatio(answer)}), 1.0);
}

TEST(RankingMetrics, StayInRangeAndRecallGrowsWithK) {
  RandomStream stream(2, "ranking_metrics_test");
  const std::string letters = "ABCDEFXY";
  for (int trial = 0; trial < 300; ++trial) {
    std::vector<Item> list;
    for (int64_t i = stream.UniformInt(9); i > 0; --i) {
      list.push_back({std::string(1, letters[static_cast<size_t>(stream.UniformInt(8))]), 2000});
    }
    std::vector<GroundTruth> wanted;
    for (int64_t i = stream.UniformInt(3); i >= 0; --i) {
      wanted.push_back({std::string(1, letters[static_cast<size_t>(stream.UniformInt(8))]), 2000});
    }
    const auto m = Evaluate(FormatList(list), wanted, {"C"});
    double shorter = 0.0;
    for (const size_t k : {1, 2, 4}) {
      const double recall = RecallAt(m, k);
      EXPECT_GE(recall, shorter);
      EXPECT_LE(recall, 1.0);
      EXPECT_GE(NdcgAt(m, k), 0.0);
      EXPECT_LE(NdcgAt(m, k), 1.0 + 1e-12);
      shorter = recall;
    }
  }
}

}  // namespace
}  // namespace suite
