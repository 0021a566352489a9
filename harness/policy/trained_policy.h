// What training changes: the weights of a policy, their gradients, and the optimizer's moments.
//
//   TrainedPolicy policy(llama, start, /*shards=*/2);
//   policy.ZeroGradients();
//   ...                                                        // Score, loss.backward(), Backward
//   double norm = policy.Apply({/*learning_rate=*/1e-6});      // clip, then AdamW
//
// Weights, gradients and moments are float32; the forward and backward pass, and rollouts from compute_weights(), may
// be bfloat16.
//
// Several processes may train one policy (harness/distributed): each scores its share of the samples, all see every
// score, and the optimizer's state is shared out. Score, Backward, Apply and GatherState are then calls that all make.
//
// One update by reward is UpdateByReward (harness/rl/update.h), by next tokens UpdateLanguageModel
// (harness/sft/language_model_update.h).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "algorithms/adamw.h"
#include "harness/distributed/process_group.h"
#include "harness/distributed/sharded_adamw.h"
#include "harness/distributed/shared_scorer.h"
#include "models/llama/llama.h"
#include "models/llama/sharded_scorer.h"

namespace suite {

struct UpdateOptions {
  double learning_rate = 1e-6;
  double max_grad_norm = 1.0;  // above 0; infinity leaves gradients as they are
  AdamWConfig adamw;
};

// All that goes on from one step to the next.
struct PolicyState {
  at::Tensor weights_flat;  // float32
  AdamWState optimizer;     // over that one tensor
};

class TrainedPolicy {
 public:
  // Starts from a copy of `start`, on its device, with moments of zero. `llama` must outlive the policy. `compute`: the
  // type of arithmetic, that of `start` unless it is given; when it is, weights are kept in float32. `group`: the
  // processes that train this policy, each from the same `start`; null: this one. `shards` counts the shards of all of
  // them. It must outlive the policy.
  TrainedPolicy(const Llama& llama, const LlamaWeights& start, int64_t shards,
                std::optional<at::ScalarType> compute = std::nullopt, ProcessGroup* group = nullptr);

  void ZeroGradients() { scorer_.ZeroGradients(); }
  // As ShardedScorer's, of the shards of all processes. Several calls of Score and Backward before one of Apply are
  // micro-batches: each shard adds up its own gradients, and only Apply adds up shards, so that no bit depends on the
  // number of processes (which divides the shards, a power of two).
  // Throws NotFiniteLogits (models/llama/not_finite_logits.h), on every process.
  ScoredGrid Score(const std::vector<PackedTokens>& packed_of_shard, const ScoreOptions& options);
  void Backward() { shared_.Backward(scorer_); }

  // Adds up the gradients of all shards, clips, and takes one step of AdamW; returns the norm before clipping. A single
  // process keeps the clipped gradient.
  double Apply(const UpdateOptions& options);

  // Goes on from a checkpoint.
  void Restore(const at::Tensor& weights_flat, const AdamWState& optimizer);

  // In the memory of the CPU, in processes that want it; the others get undefined tensors. In a group of one on the CPU
  // it shares the policy's memory.
  PolicyState GatherState(bool keep);

  // Float32, but where several processes share out the float32 numbers: then those that are computed with.
  const LlamaWeights& weights() const { return weights_; }
  // The same in the type of arithmetic: what to sample from.
  const LlamaWeights& compute_weights() const { return scorer_.compute_weights(); }
  // Of this process' samples, after Apply.
  const LlamaWeights& gradients() const { return scorer_.gradients(); }
  int64_t updates() const { return sharded_ ? sharded_->step() : optimizer_.step; }
  // In a group of one.
  const AdamWState& optimizer() const { return optimizer_; }
  ShardedScorer& scorer() { return scorer_; }

 private:
  const Llama& llama_;
  ProcessGroup* group_;
  LlamaWeights weights_;
  ShardedScorer scorer_;
  SharedScorer shared_;
  AdamWState optimizer_;                 // in a group of one
  std::optional<ShardedAdamW> sharded_;  // in a larger one
};

}  // namespace suite
