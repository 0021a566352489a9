#include "algorithms/reward_parts.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include "algorithms/golden_cases.h"

namespace suite {
namespace {

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
