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
// Micro-batches (micro_batches.h) are one backward pass each; their losses and gradients are summed, and each has the
// whole batch's normalizer, which sees to it that the sum is the batch's (objective.h).
#pragma once

#include <vector>

#include "algorithms/diagnostics.h"
#include "algorithms/objective.h"
#include "harness/policy/trained_policy.h"
#include "harness/rl/micro_batches.h"

namespace suite {

struct RlUpdateOptions {
  // The policy is still the one that sampled: old log-probs are not read, the ratio is exactly 1.
  bool on_policy = true;
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
