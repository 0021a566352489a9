// One optimizer step of reinforcement learning: score the rollouts, evaluate the objective, carry gradients back, clip,
// AdamW.
//
//   RlUpdateOptions options;
//   options.step.learning_rate = 1e-6;
//   for (int update = 0; update < mu; ++update) {
//     options.on_policy = update == 0;
//     RlUpdate result = UpdateByReward(micro_batches, *objective, options, &policy);
//   }
//
// Micro-batches are one backward pass each; their gradients are summed, and each objective's normalizer sees to it that
// the sum is the batch's (objective.h).
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "algorithms/diagnostics.h"
#include "algorithms/objective.h"
#include "harness/policy/trained_policy.h"
#include "models/llama/packed_tokens.h"

namespace suite {

// The rows of one backward pass. B rows, T tokens.
struct RlMicroBatch {
  std::vector<PackedTokens> packed;  // one a shard; their rows are the B rows in order, their grids T wide
  RankSpans spans;
  at::Tensor old_logp_BT;        // of the policy that sampled
  at::Tensor reference_logp_BT;  // undefined when the objective has no KL
  at::Tensor advantage_BT;
  Normalizer normalizer;  // of the whole batch
};

struct RlUpdateOptions {
  bool on_policy =
      true;  // the policy is still the one that sampled: old log-probs are not read, the ratio is exactly 1
  double temperature = 1.0;  // that the rollouts were sampled with
  UpdateOptions step;
};

struct RlUpdate {
  std::vector<double> losses;  // of each micro-batch; the batch's loss is their sum
  double grad_norm = 0;        // before clipping
  NamedSeries diagnostics;     // means over micro-batches
  NamedCounts ratio_counts;    // sums over micro-batches
};

RlUpdate UpdateByReward(const std::vector<RlMicroBatch>& micro_batches, const PolicyObjective& objective,
                        const RlUpdateOptions& options, TrainedPolicy* policy);

}  // namespace suite
