// Reward parts: named penalties for what a rank holds, taken from its return.
//
// datasets/ judges each rank; the harness packs the verdicts as 0/1 tensors. At unit rank a penalty is taken from the
// rank where it happened, after the return was computed, so it never travels to other ranks; at unit sequence the
// penalties of all ranks are summed.
//
//   reward_BN = AddRewardParts(Returns(relevance_BN, config.returns), parts, config.reward_parts);
//
// The paper has no such terms: penalties are 0 in every preset.
#pragma once

#include <ATen/core/Tensor.h>

namespace suite {

struct RewardPenalties {
  double duplicate = 0.0;       // the item stood at an earlier rank of the same list
  double out_of_catalog = 0.0;  // the line parses, but no such item exists
  double format = 0.0;          // the line does not parse as "Title (Year)"
};

// 0/1 verdicts [B,N] in the dtype of the reward; undefined where nobody judged, which counts as all 0.
struct RewardParts {
  at::Tensor duplicate_BN;
  at::Tensor out_of_catalog_BN;
  at::Tensor format_BN;
};

// `reward` [B,N], or [B] at unit sequence; same shape back.
at::Tensor AddRewardParts(const at::Tensor& reward, const RewardParts& parts, const RewardPenalties& penalties);

}  // namespace suite
