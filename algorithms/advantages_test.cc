#include "algorithms/advantages.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

#include "algorithms/golden_cases.h"
#include "base/error.h"

namespace suite {
namespace {

// Four rows "a\nb<eos>" of two ranks: tokens 2 3 | 2 1.
RankSpans TwoRanks(int64_t rows, int64_t list_length = 2) {
  const at::Tensor ids_BT = at::tensor(std::vector<int64_t>{2, 3, 2, 1}).expand({rows, 4}).contiguous();
  return CutIntoRanks(ids_BT, CompletionLengths(ids_BT, 1), at::tensor(std::vector<int64_t>{0, 0, 0, 1}), 1,
                      list_length);
}

AdvantageConfig Plain(AdvantageNormalisation normalisation, AdvantageUnit unit = AdvantageUnit::kSequence) {
  AdvantageConfig config;
  config.unit = unit;
  config.normalisation = normalisation;
  config.epsilon = 0.0;
  return config;
}

void ExpectRows(const AdvantageConfig& config, const std::vector<double>& expected) {
  const at::Tensor reward_B = at::tensor(std::vector<double>{1, 3, 0, 8});
  const Advantages found = EstimateAdvantages(reward_B, TwoRanks(4), 2, config);
  EXPECT_EQ(Differs(found.advantage_BN, at::tensor(expected), 1e-12, 1.0), "");
  EXPECT_EQ(Differs(found.advantage_BT.select(1, 0), at::tensor(expected), 1e-12, 1.0), "");
}

TEST(AdvantagesTest, HandCheckedNormalisations) {
  const double r = std::sqrt(0.5);  // unbiased: std {1,3} = sqrt 2, std {0,8} = sqrt 32
  ExpectRows(Plain(AdvantageNormalisation::kGroup), {-r, r, -r, r});
  AdvantageConfig biased = Plain(AdvantageNormalisation::kGroup);
  biased.unbiased_std = false;
  ExpectRows(biased, {-1, 1, -1, 1});
  biased.epsilon = 1.0;  // std 1 and 4
  ExpectRows(biased, {-0.5, 0.5, -0.8, 0.8});
  ExpectRows(Plain(AdvantageNormalisation::kNone), {-1, 1, -4, 4});
  ExpectRows(Plain(AdvantageNormalisation::kLeaveOneOut), {-2, 2, -8, 8});
  const double all = std::sqrt((4.0 + 0.0 + 9.0 + 25.0) / 3.0);
  ExpectRows(Plain(AdvantageNormalisation::kBatch), {-1 / all, 1 / all, -4 / all, 4 / all});
}

TEST(AdvantagesTest, RankIsComparedWithTheSameRankAlone) {
  const at::Tensor reward_BN = at::tensor(std::vector<double>{1, 5, 3, 5}).view({2, 2});
  const Advantages found =
      EstimateAdvantages(reward_BN, TwoRanks(2), 2, Plain(AdvantageNormalisation::kNone, AdvantageUnit::kRank));
  const at::Tensor expected_BT = at::tensor(std::vector<double>{-1, -1, 0, 0, 1, 1, 0, 0}).view({2, 4});
  EXPECT_EQ(Differs(found.advantage_BT, expected_BT, 1e-12, 1.0), "");
  EXPECT_TRUE(found.zero_std_PN.squeeze(0).equal(at::tensor({0, 1}).to(at::kBool)));
}

TEST(AdvantagesTest, ListEndTerms) {
  AdvantageConfig config = Plain(AdvantageNormalisation::kNone, AdvantageUnit::kRank);
  config.eos_takes_rank_advantage = false;
  config.shape_list_end = true;
  const auto eos_column = [&](int64_t list_length) {
    const at::Tensor reward_BN = at::tensor(std::vector<double>(2 * list_length, 1.0)).view({2, list_length});
    return EstimateAdvantages(reward_BN, TwoRanks(2, list_length), 2, config).advantage_BT[0];
  };
  EXPECT_EQ(Differs(eos_column(2), at::tensor(std::vector<double>{0, 0, 0, 0.1}), 1e-12, 1.0), "");      // exact
  EXPECT_EQ(Differs(eos_column(3), at::tensor(std::vector<double>{0, 0, 0, -0.1}), 1e-12, 1.0), "");     // early
  EXPECT_EQ(Differs(eos_column(1), at::tensor(std::vector<double>{0, 0, -0.1, -0.1}), 1e-12, 1.0), "");  // overflow
}

TEST(AdvantagesTest, PermutingAGroupPermutesTheResult) {
  const at::Tensor reward_B = at::tensor(std::vector<double>{0.3, 1.2, 0.0, 0.7});
  const at::Tensor order = at::tensor(std::vector<int64_t>{2, 0, 3, 1});
  const AdvantageConfig config = Plain(AdvantageNormalisation::kGroup);
  const at::Tensor plain_B = EstimateAdvantages(reward_B, TwoRanks(4), 4, config).advantage_BN;
  const at::Tensor permuted_B =
      EstimateAdvantages(reward_B.index_select(0, order), TwoRanks(4), 4, config).advantage_BN;
  EXPECT_EQ(Differs(permuted_B, plain_B.index_select(0, order), 1e-14, 1.0), "");
}

TEST(AdvantagesTest, GroupsOfEqualRewardTeachNothing) {
  const Advantages found =
      EstimateAdvantages(at::tensor(std::vector<double>{1, 1, 0, 1}), TwoRanks(4), 2, {AdvantageUnit::kSequence});
  EXPECT_EQ(found.advantage_BT.narrow(0, 0, 2).abs().sum().item<double>(), 0.0);
  EXPECT_TRUE(found.zero_std_PN.equal(at::tensor({1, 0}).to(at::kBool)));
}

TEST(AdvantagesTest, BadGroupsAreRefused) {
  const at::Tensor reward_B = at::tensor(std::vector<double>{1, 1, 0, 1});
  const AdvantageConfig config = Plain(AdvantageNormalisation::kGroup);
  EXPECT_THROW(EstimateAdvantages(reward_B, TwoRanks(4), 3, config), InputError);
  EXPECT_THROW(EstimateAdvantages(reward_B, TwoRanks(4), 1, config), InputError);
}

}  // namespace
}  // namespace suite
