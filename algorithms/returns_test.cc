#include "algorithms/returns.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

#include "algorithms/golden_cases.h"

namespace suite {
namespace {

at::Tensor Row(const std::vector<double>& values) { return at::tensor(values).unsqueeze(0); }

void ExpectReturns(const ReturnConfig& config, const std::vector<double>& relevance,
                   const std::vector<double>& expected) {
  EXPECT_EQ(Differs(RankReturns(Row(relevance), config), Row(expected), 1e-14, 1.0), "");
}

const double kLog3 = std::log2(3.0);

TEST(ReturnsTest, HandChecked) {
  const std::vector<double> relevance = {1, 0, 1};
  ExpectReturns({ReturnKind::kExpInf}, relevance, {1, 0, 1});
  ExpectReturns({ReturnKind::kLog}, relevance, {1.5, 0.5, 0.5});
  ExpectReturns({ReturnKind::kFullDcg}, relevance, {1.5, 1.5, 1.5});
  ExpectReturns({ReturnKind::kExpGamma, /*gamma=*/2.0}, relevance, {1.25, 0.5, 1});
  ExpectReturns({ReturnKind::kWindow, 1.0, /*window=*/2}, relevance, {1, 1, 1});
  ExpectReturns({ReturnKind::kWindow, 1.0, /*window=*/2, /*window_discounted=*/true}, {0, 1, 1},
                {1 / kLog3, 1 / kLog3 + 0.5, 0.5});
  EXPECT_NEAR(SequenceReturn(Row(relevance)).item<double>(), 1.5, 1e-14);
}

TEST(ReturnsTest, LimitsMeet) {
  const at::Tensor relevance_1N = Row({1, 0, 1, 1, 0});
  const auto equal = [&](const ReturnConfig& a, const ReturnConfig& b) {
    return Differs(RankReturns(relevance_1N, a), RankReturns(relevance_1N, b), 1e-12, 1.0);
  };
  EXPECT_EQ(equal({ReturnKind::kWindow, 1.0, 1}, {ReturnKind::kExpInf}), "");
  EXPECT_EQ(equal({ReturnKind::kWindow, 1.0, 5, true}, {ReturnKind::kLog}), "");
  EXPECT_EQ(equal({ReturnKind::kWindow, 1.0, 5}, {ReturnKind::kExpGamma, 1.0}), "");
  EXPECT_EQ(equal({ReturnKind::kExpGamma, 1e15}, {ReturnKind::kExpInf}), "");
}

TEST(ReturnsTest, CausalKindsPayNothingForEarlierRanks) {
  const at::Tensor like = Row({0, 0, 0, 0});
  for (const ReturnConfig& config :
       {ReturnConfig{ReturnKind::kLog}, ReturnConfig{ReturnKind::kExpGamma, 1.5}, ReturnConfig{ReturnKind::kExpInf},
        ReturnConfig{ReturnKind::kWindow, 1.0, 3}, ReturnConfig{ReturnKind::kWindow, 1.0, 3, true}}) {
    // weight[j][k] with j < k is what rank k gets for the earlier rank j.
    EXPECT_EQ(ReturnWeights(config, like).triu(1).abs().sum().item<double>(), 0.0);
  }
  EXPECT_GT(ReturnWeights({ReturnKind::kFullDcg}, like).triu(1).sum().item<double>(), 0.0);
}

TEST(ReturnsTest, OneNumberOrOnePerRank) {
  const at::Tensor relevance_BN = at::tensor({1.0f, 0.0f, 0.0f, 1.0f}).view({2, 2});
  EXPECT_EQ(Returns(relevance_BN, {ReturnKind::kSequenceDcg}).dim(), 1);
  EXPECT_EQ(Returns(relevance_BN, {ReturnKind::kExpInf}).dim(), 2);
  EXPECT_EQ(Returns(relevance_BN, {ReturnKind::kLog}).scalar_type(), at::kFloat);
}

at::Tensor Doubles(const std::vector<double>& values) { return at::tensor(values); }

RewardParts Parts() {
  RewardParts parts;
  parts.duplicate_BN = Doubles({0, 1, 0, 0}).view({2, 2});
  parts.out_of_catalog_BN = Doubles({0, 1, 1, 0}).view({2, 2});
  return parts;
}

TEST(RewardPartsTest, HandChecked) {
  const RewardPenalties penalties{/*duplicate=*/1.0, /*out_of_catalog=*/0.5, /*format=*/9.0};
  const at::Tensor reward_BN = Doubles({1, 2, 3, 4}).view({2, 2});
  EXPECT_TRUE(AddRewardParts(reward_BN, Parts(), penalties).equal(Doubles({1, 0.5, 2.5, 4}).view({2, 2})));
  EXPECT_TRUE(AddRewardParts(Doubles({1, 2}), Parts(), penalties).equal(Doubles({-0.5, 1.5})));
}

TEST(RewardPartsTest, NoWeightNoChange) {
  EXPECT_TRUE(AddRewardParts(Doubles({1, 2}), Parts(), {}).equal(Doubles({1, 2})));
}

}  // namespace
}  // namespace suite
