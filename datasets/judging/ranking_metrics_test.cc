#include "datasets/judging/ranking_metrics.h"

#include <gtest/gtest.h>

#include <cmath>

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

ConversationMetrics Evaluate(const std::string& text, const std::vector<GroundTruth>& wanted,
                             const std::vector<std::string>& seen = {}) {
  MetricOptions options;
  options.list_length = 4;
  options.cutoffs = {1, 2, 4};
  return EvaluateAnswer(text, wanted, seen, TestCatalog(), options);
}

TEST(RankingMetrics, HandCheckedList) {
  // Hits at ranks 2 and 3 of 3, two of three ground truths.
  const auto m = Evaluate("A (2000)\nB (2000)\nC (2000)", {{"B", 2000}, {"C", 2001}, {"F", 2000}});
  EXPECT_EQ(m.recall, (std::vector<double>{0.0, 1.0 / 3, 2.0 / 3}));
  const double d1 = 1, d2 = 1 / std::log2(3.0), d3 = 0.5;
  EXPECT_DOUBLE_EQ(m.ndcg[0], 0.0);
  EXPECT_DOUBLE_EQ(m.ndcg[1], d2 / (d1 + d2));
  EXPECT_DOUBLE_EQ(m.ndcg[2], (d2 + d3) / (d1 + d2 + d3));  // the list has three items, so the ideal has three hits
  EXPECT_EQ(m.hit_at_rank_N, (std::vector<int>{0, 1, 1, 0}));
  EXPECT_DOUBLE_EQ(m.in_catalog_ratio, 1.0);
  EXPECT_DOUBLE_EQ(m.duplicate_share, 0.0);
}

TEST(RankingMetrics, TheIdealHasNoMoreHitsThanGroundTruths) {
  const auto m = Evaluate("A (2000)\nB (2000)\nC (2000)", {{"B", 2000}});
  EXPECT_DOUBLE_EQ(m.ndcg[2], 1 / std::log2(3.0));
}

TEST(RankingMetrics, RemovesSeenAndOutOfCatalogItemsFirst) {
  const auto m = Evaluate("X (2000)\nA (2000)\nB (2000)", {{"B", 2000}}, {"A"});
  EXPECT_EQ(m.recall[0], 1.0);
  EXPECT_EQ(m.ndcg[0], 1.0);
  EXPECT_DOUBLE_EQ(m.in_catalog_ratio, 2.0 / 3);
}

TEST(RankingMetrics, MatchesTitlesLetterForLetter) {
  EXPECT_EQ(Evaluate("A (2000)", {{"a", 2000}}).recall[2], 0.0);
  EXPECT_EQ(Evaluate("A (2000)", {{"A ", 2000}}).recall[2], 0.0);
  EXPECT_EQ(Evaluate("A (2000)", {{"A", 2002}}).recall[2], 1.0);
  EXPECT_EQ(Evaluate("A (2000)", {{"A", 2003}}).recall[2], 0.0);
}

TEST(RankingMetrics, TwoGroundTruthsMayMarkOneItem) {
  EXPECT_EQ(Evaluate("A (2000)\nA (2000)", {{"A", 2000}, {"A", 2001}}).recall[2], 0.5);
}

TEST(RankingMetrics, AGroundTruthWithoutYearCountsAndIsNeverMet) {
  EXPECT_EQ(Evaluate("A (2000)\nB (2000)", {{"A", std::nullopt}, {"B", 2000}}).recall[2], 0.5);
}

TEST(RankingMetrics, SharesLookAtTheFirstNParsedItems) {
  const auto m = Evaluate("A (2000)\na (2000)\nA (2001)\nX (2000)\nX (2000)\nX (2000)", {{"B", 2000}});
  EXPECT_DOUBLE_EQ(m.in_catalog_ratio, 3.0 / 4);  // "a" and 2001 are near enough
  EXPECT_DOUBLE_EQ(m.duplicate_share, 1.0 / 4);   // only "a (2000)" repeats an item
}

TEST(RankingMetrics, EmptyAnswersAndMissingGroundTruth) {
  const auto empty = Evaluate("", {{"A", 2000}});
  EXPECT_EQ(empty.recall, (std::vector<double>{0, 0, 0}));
  EXPECT_EQ(empty.ndcg, (std::vector<double>{0, 0, 0}));
  EXPECT_EQ(empty.in_catalog_ratio, 0.0);
  EXPECT_EQ(empty.duplicate_share, 0.0);
  const auto undefined = Evaluate("A (2000)", {});
  EXPECT_FALSE(undefined.has_ground_truth);
  EXPECT_TRUE(std::isnan(undefined.recall[0]));
  EXPECT_TRUE(std::isnan(undefined.ndcg[0]));
}

TEST(RankingMetrics, MeansLeaveOutConversationsWithoutGroundTruth) {
  const auto means = MeansOverConversations(
      {Evaluate("A (2000)", {{"A", 2000}}), Evaluate("X (2000)", {{"B", 2000}}), Evaluate("A (2000)\nA (2000)", {})});
  EXPECT_EQ(means.conversations, 3);
  EXPECT_EQ(means.with_ground_truth, 2);
  EXPECT_DOUBLE_EQ(means.recall[0], 0.5);
  EXPECT_DOUBLE_EQ(means.ndcg[2], 0.5);
  EXPECT_DOUBLE_EQ(means.hit_rate_at_rank_N[0], 0.5);
  EXPECT_DOUBLE_EQ(means.in_catalog_ratio, 2.0 / 3);
  EXPECT_NEAR(means.in_catalog_ratio_std, std::sqrt(2.0 / 9), 1e-15);
  EXPECT_DOUBLE_EQ(means.duplicate_share, 0.5 / 3);
}

TEST(RankingMetrics, MeansOfNothingAreUndefined) {
  EXPECT_TRUE(std::isnan(MeansOverConversations({}).in_catalog_ratio));
  const auto means = MeansOverConversations({Evaluate("A (2000)", {})});
  EXPECT_TRUE(std::isnan(means.recall[0]));
  EXPECT_DOUBLE_EQ(means.in_catalog_ratio, 1.0);
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
    for (size_t i = 0; i < m.recall.size(); ++i) {
      EXPECT_GE(m.recall[i], i == 0 ? 0.0 : m.recall[i - 1]);
      EXPECT_LE(m.recall[i], 1.0);
      EXPECT_GE(m.ndcg[i], 0.0);
      EXPECT_LE(m.ndcg[i], 1.0 + 1e-12);
    }
  }
}

}  // namespace
}  // namespace suite
