#include "algorithms/rank_spans.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

namespace suite {
namespace {

// Vocabulary: 0 pad, 1 EOS, 2 word, 3 "\n", 4 ")\n\n", 5 "x\ny".
constexpr int64_t kEos = 1;

at::Tensor Longs(const std::vector<int64_t>& values) { return at::tensor(values); }

RankSpans Cut(const std::vector<int64_t>& ids, int64_t list_length, bool mask_truncated = false) {
  const at::Tensor ids_1T = Longs(ids).unsqueeze(0);
  return CutIntoRanks(ids_1T, CompletionLengths(ids_1T, kEos), Longs({0, 0, 0, 1, 2, 1}), kEos, list_length,
                      mask_truncated);
}

void ExpectRanks(const RankSpans& spans, const std::vector<int64_t>& expected) {
  EXPECT_TRUE(spans.rank_BT.squeeze(0).equal(Longs(expected)));
}

TEST(RankSpansTest, NewlineBelongsToTheRankItEnds) {
  const RankSpans spans = Cut({2, 2, 3, 2, 3, 2, 1, 0}, 3);
  ExpectRanks(spans, {0, 0, 0, 1, 1, 2, 2, -1});
  EXPECT_EQ(spans.items_emitted_B.item<int64_t>(), 3);
  EXPECT_TRUE(spans.ended_with_eos_B.item<bool>());
  EXPECT_FALSE(spans.overflow_BT.any().item<bool>());
  EXPECT_TRUE(spans.eos_BT.squeeze(0).equal(Longs({0, 0, 0, 0, 0, 0, 1, 0}).to(at::kBool)));
}

TEST(RankSpansTest, TokenWithTwoNewlinesSkipsARank) { ExpectRanks(Cut({2, 4, 2, 1}, 3), {0, 0, 2, 2}); }

TEST(RankSpansTest, TokenAcrossANewlineBelongsToTheRankBefore) { ExpectRanks(Cut({2, 5, 2, 1}, 3), {0, 0, 1, 1}); }

TEST(RankSpansTest, NewlineBeforeEosOpensAnItem) {
  const RankSpans spans = Cut({2, 3, 2, 3, 1}, 2);
  ExpectRanks(spans, {0, 0, 1, 1, 2});
  EXPECT_EQ(spans.items_emitted_B.item<int64_t>(), 3);
  EXPECT_EQ(spans.overflow_BT.sum().item<int64_t>(), 1);
}

TEST(RankSpansTest, TokensThatAreLeftOutHaveNoRankAndTheRestKeepsIts) {
  const at::Tensor left_out_BT = Longs({0, 1, 0, 1, 1, 0}).to(at::kBool).unsqueeze(0);
  const RankSpans spans = WithoutTokens(Cut({2, 3, 2, 3, 1, 0}, 2), left_out_BT);
  ExpectRanks(spans, {0, -1, 1, -1, -1, -1});
  EXPECT_TRUE(spans.mask_BT.squeeze(0).equal(Longs({1, 0, 1, 0, 0, 0}).to(at::kBool)));
  EXPECT_EQ(spans.items_emitted_B.item<int64_t>(), 3);
  EXPECT_TRUE(spans.ended_with_eos_B.item<bool>());
  EXPECT_FALSE(spans.eos_BT.any().item<bool>());
  EXPECT_FALSE(spans.overflow_BT.any().item<bool>());
}

TEST(RankSpansTest, TruncatedRowsCountOnlyIfAskedTo) {
  const RankSpans kept = Cut({2, 3, 2}, 2);
  ExpectRanks(kept, {0, 0, 1});
  EXPECT_FALSE(kept.ended_with_eos_B.item<bool>());
  const RankSpans masked = Cut({2, 3, 2}, 2, /*mask_truncated=*/true);
  ExpectRanks(masked, {-1, -1, -1});
  EXPECT_EQ(masked.items_emitted_B.item<int64_t>(), 0);
}

TEST(RankSpansTest, LengthsStopAtTheFirstEos) {
  const at::Tensor ids_BT = Longs({2, 1, 2, 1, 2, 2, 2, 2}).view({2, 4});
  EXPECT_TRUE(CompletionLengths(ids_BT, kEos).equal(Longs({2, 4})));
}

TEST(RankSpansTest, PaddingMayHoldAnyId) {
  const at::Tensor ids_1T = Longs({2, 1, -100, 99999}).unsqueeze(0);
  const RankSpans spans = CutIntoRanks(ids_1T, Longs({2}), Longs({0, 0, 0}), kEos, 2);
  ExpectRanks(spans, {0, 0, -1, -1});
}

TEST(RankSpansTest, RowsOfABatchAreIndependent) {
  const at::Tensor ids_BT = Longs({2, 3, 2, 1, 2, 1, 0, 0}).view({2, 4});
  const RankSpans both = CutIntoRanks(ids_BT, CompletionLengths(ids_BT, kEos), Longs({0, 0, 0, 1}), kEos, 2);
  const RankSpans second = SliceRows(both, 1, 1);
  EXPECT_TRUE(second.rank_BT.equal(Cut({2, 1, 0, 0}, 2).rank_BT));
  EXPECT_EQ(second.items_emitted_B.item<int64_t>(), 1);
  const RankSpans swapped = SelectRows(both, Longs({1, 0}));
  EXPECT_TRUE(swapped.rank_BT.equal(both.rank_BT.flip(0)));
  EXPECT_TRUE(swapped.mask_BT.equal(both.mask_BT.flip(0)));
}

}  // namespace
}  // namespace suite
