#include "algorithms/reduction.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include "algorithms/golden_cases.h"

namespace suite {
namespace {

// Row 0: rank 0 twice, rank 1 once, one token of overflow (N = 2). Row 1: rank 0 once, the rest masked.
RankSpans Spans() {
  RankSpans spans;
  spans.list_length = 2;
  spans.rank_BT = at::tensor(std::vector<int64_t>{0, 0, 1, 2, 0, -1, -1, -1}).view({2, 4});
  spans.mask_BT = spans.rank_BT.ge(0);
  spans.overflow_BT = spans.rank_BT.ge(2);
  return spans;
}

void ExpectWeights(const ReductionConfig& config, const Normalizer& normalizer, const std::vector<double>& expected) {
  const RankSpans spans = Spans();
  const at::Tensor weight_BT = TokenWeights(config, spans, RankMembers(spans, at::kDouble), normalizer, at::kDouble);
  EXPECT_EQ(Differs(weight_BT, at::tensor(expected).view({2, 4}), 1e-14, 1.0), "");
}

TEST(ReductionTest, HandChecked) {
  const Normalizer whole = WholeBatch(Spans());
  EXPECT_EQ(whole.rows, 2);
  EXPECT_EQ(whole.active_tokens, 5);
  ExpectWeights({Reduction::kRankMean}, whole, {1. / 8, 1. / 8, 1. / 4, 1. / 4, 1. / 4, 0, 0, 0});
  ExpectWeights({Reduction::kGrpo}, whole, {1. / 8, 1. / 8, 1. / 8, 1. / 8, 1. / 2, 0, 0, 0});
  ExpectWeights({Reduction::kBnpo}, whole, {.2, .2, .2, .2, .2, 0, 0, 0});
  ExpectWeights({Reduction::kDapo}, whole, {.2, .2, .2, .2, .2, 0, 0, 0});
  ExpectWeights({Reduction::kDrGrpo, 10}, whole, {.05, .05, .05, .05, .05, 0, 0, 0});
}

TEST(ReductionTest, OnlyBnpoLooksAtTheMicroBatch) {
  // This micro-batch is one of two in a batch of 4 rows and 20 tokens.
  const Normalizer part{4, 20, 2};
  ExpectWeights({Reduction::kBnpo}, part, {.1, .1, .1, .1, .1, 0, 0, 0});
  ExpectWeights({Reduction::kDapo}, part, {.05, .05, .05, .05, .05, 0, 0, 0});
  ExpectWeights({Reduction::kGrpo}, part, {1. / 16, 1. / 16, 1. / 16, 1. / 16, 1. / 4, 0, 0, 0});
  ExpectWeights({Reduction::kRankMean}, part, {1. / 16, 1. / 16, 1. / 8, 1. / 8, 1. / 8, 0, 0, 0});
}

TEST(ReductionTest, NothingActiveWeighsNothing) {
  RankSpans spans = Spans();
  spans.rank_BT = spans.rank_BT.sub(10).clamp(-1, -1);
  spans.mask_BT = spans.rank_BT.ge(0);
  for (Reduction kind : {Reduction::kRankMean, Reduction::kBnpo, Reduction::kGrpo, Reduction::kDapo}) {
    const at::Tensor weight_BT =
        TokenWeights({kind}, spans, RankMembers(spans, at::kFloat), WholeBatch(spans), at::kFloat);
    EXPECT_EQ(weight_BT.abs().sum().item<double>(), 0.0);
  }
}

}  // namespace
}  // namespace suite
