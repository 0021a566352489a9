#include "algorithms/reward_parts.h"

#include "base/check.h"

namespace suite {
namespace {

at::Tensor AddPart(const at::Tensor& reward, const at::Tensor& part_BN, double penalty) {
  if (!part_BN.defined() || penalty == 0.0) return reward;
  SUITE_CHECK_EQ(part_BN.dim(), 2);
  SUITE_CHECK_EQ(part_BN.size(0), reward.size(0));
  const at::Tensor amount_BN = part_BN.to(reward.scalar_type()).mul(penalty);
  return reward.sub(reward.dim() == 1 ? amount_BN.sum(1) : amount_BN);
}

}  // namespace

at::Tensor AddRewardParts(const at::Tensor& reward, const RewardParts& parts, const RewardPenalties& penalties) {
  at::Tensor total = AddPart(reward, parts.duplicate_BN, penalties.duplicate);
  total = AddPart(total, parts.out_of_catalog_BN, penalties.out_of_catalog);
  return AddPart(total, parts.format_BN, penalties.format);
}

}  // namespace suite
