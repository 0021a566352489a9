// Reward parts: named penalties for what a rank holds, added to its return with weights.
//
// datasets/ judges each rank; the harness packs the verdicts as 0/1 tensors. A weight is what one such rank adds, so a
// penalty is negative. At unit rank the part is added to the rank where it happened, after the return was taken, so
// it never travels to other ranks; at unit sequence the parts of all ranks are summed.
//
//   reward_BN = AddRewardParts(Returns(relevance_BN, config.returns), parts, config.reward_parts);
//
// The paper has no such terms: weights are 0 in every preset.
#pragma once

#include <ATen/core/Tensor.h>

namespace suite {

struct RewardPartWeights {
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
at::Tensor AddRewardParts(const at::Tensor& reward, const RewardParts& parts, const RewardPartWeights& weights);

}  // namespace suite
