// One batch of rollouts as the objectives want it: padded token grids, and the packing that scores them.
//
//   RolloutBatch batch = MakeRolloutBatch(groups);
//   batch.ids_BT, batch.length_B, batch.old_logp_BT           // rows of one prompt are neighbours
//   auto packed = PackShards(prompts, groups, {0, 12}, /*shards=*/2, batch.ids_BT.size(1));
//   scorer.Score(packed, {})                                  // grids of the same shape
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "harness/rl/constrained_answers.h"
#include "models/llama/packed_tokens.h"
#include "models/sampler.h"

namespace suite {

struct RolloutBatch {
  at::Tensor ids_BT;       // int64, 0 beyond a row's length
  at::Tensor length_B;     // int64, generated tokens with EOS
  at::Tensor old_logp_BT;  // float32, the sampler's own
};

RolloutBatch MakeRolloutBatch(const std::vector<RolloutGroup>& groups);

// Prompts `first` to `first + count - 1`.
struct PromptRange {
  int64_t first = 0;
  int64_t count = 0;
};

// The groups of `range`, split into at most `shards` packings; grids are `max_length` wide. With `constrained`, of all
// groups, the packings have the support of their tokens: scores are renormalised over it.
std::vector<PackedTokens> PackShards(const std::vector<std::vector<int64_t>>& prompts,
                                     const std::vector<RolloutGroup>& groups, PromptRange range, int64_t shards,
                                     int64_t max_length, const ConstrainedAnswers* constrained = nullptr);

}  // namespace suite
