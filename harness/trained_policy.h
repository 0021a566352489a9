// What training changes: the weights of a policy, their gradients, and the optimizer's moments.
//
//   TrainedPolicy policy(llama, start, /*shards=*/2);
//   policy.scorer().ZeroGradients();
//   ...                                                        // score, loss.backward(), scorer().Backward()
//   double norm = policy.Apply({/*learning_rate=*/1e-6});      // clip, then AdamW
//
// One update by reward is UpdateByReward (rl_update.h), by next tokens UpdateLanguageModel (language_model_update.h).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "algorithms/adamw.h"
#include "models/llama.h"
#include "models/sharded_scorer.h"

namespace suite {

struct UpdateOptions {
  double learning_rate = 1e-6;
  double max_grad_norm = 1.0;  // above 0; infinity leaves gradients as they are
  AdamWConfig adamw;
};

class TrainedPolicy {
 public:
  // Starts from a copy of `start` with moments of zero. `llama` must outlive the policy.
  TrainedPolicy(const Llama& llama, const LlamaWeights& start, int64_t shards);

  // Clips the gradient that the scorer has gathered and takes one step of AdamW; returns the norm before clipping. The
  // clipped gradient stays where it is.
  double Apply(const UpdateOptions& options);

  // Goes on from a checkpoint.
  void Restore(const at::Tensor& weights_flat, const AdamWState& optimizer);

  const LlamaWeights& weights() const { return weights_; }
  const LlamaWeights& gradients() const { return scorer_.gradients(); }
  const AdamWState& optimizer() const { return optimizer_; }
  ShardedScorer& scorer() { return scorer_; }

 private:
  LlamaWeights weights_;
  ShardedScorer scorer_;
  AdamWState optimizer_;
};

}  // namespace suite
