// Scores packed tokens with a policy that is being trained, on several threads, and carries gradients back.
//
// A small model gains nothing from splitting one matrix product over threads; splitting the sequences does. Each shard
// has its own packed tokens, its own graph and its own gradient buffer, which adds up what several calls of Backward
// leave; at the end the buffers are added in pairs. So results depend on the number of shards (the order of sums), but
// neither on timing nor on who computes which shard.
//
//   ShardedScorer scorer(llama, weights, /*shards=*/2);
//   at::Tensor logp_BT = scorer.Score(packed_of_shard, {}).logp_BT;      // a leaf, requires grad
//   objective->Compute(...).loss.backward();
//   scorer.Backward();                                                   // adds into the shards' gradients
//   optimizer.Step(scorer.SumGradients().flat());
//
// It can compute in bfloat16 while weights and gradients stay float32 (models/llama/compute_copy.h); after a change of
// the weights it must be told then.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

#include "models/llama/compute_copy.h"
#include "models/llama/llama.h"

namespace suite {

// Grids over all rows of all shards, [rows, longest]: leaves of a new graph that start where the model's ends.
struct ScoredGrid {
  at::Tensor logp_BT;
  at::Tensor entropy_BT;
};

// The same without gradients, for a reference policy: `logp_BT` and `entropy_BT` only.
ScoredGrid ScoreWithoutGradients(const Llama& llama, const LlamaTensors& tensors,
                                 const std::vector<PackedTokens>& shards, const ScoreOptions& options);

// Throws NotFiniteLogits (not_finite_logits.h) where a score of `grid` is NaN or infinite. `shards` are what was
// scored, by `tensors`, its rows those of the shards in order.
void CheckScores(const ScoredGrid& grid, const Llama& llama, const LlamaTensors& tensors,
                 const std::vector<PackedTokens>& shards);

class ShardedScorer {
 public:
  // Shares the memory of `weights`. `compute` is the type of the forward and backward pass: that of the weights, or
  // bfloat16 for float32 weights.
  ShardedScorer(const Llama& llama, const LlamaWeights& weights, int64_t shards,
                std::optional<at::ScalarType> compute = std::nullopt);
  ShardedScorer(const Llama& llama, ComputeCopy copy, int64_t shards);

  // Call after the numbers of the weights have changed. (Not needed where `compute` is the type of the weights.)
  void WeightsChanged() { copy_.Refresh(); }
  // The weights in the type of computation.
  const LlamaWeights& compute_weights() const { return copy_.weights(); }

  // At most as many entries as shards, all of one max_length (ask PackGroups for that of the longest). The rows of the
  // grid are those of the first entry, then of the second, and so on.
  ScoredGrid Score(const std::vector<PackedTokens>& packed_of_shard, const ScoreOptions& options);

  // Takes the gradients left on the grids of the last Score and adds the parameters' gradients to those of each shard.
  void Backward();

  // Adds up the gradients of all shards: (0 + 1) + (2 + 3) and so on, as processes add up theirs
  // (harness/distributed). Returns gradients().
  const LlamaWeights& SumGradients();
  // The sum of all shards once it is made, until the next Backward. In the type of the weights, of which a copy may be
  // all there is.
  const LlamaWeights& gradients() const { return gradients_.front(); }
  void ZeroGradients();

 private:
  const Llama& llama_;
  ComputeCopy copy_;
  std::vector<LlamaWeights> gradients_;  // one a shard
  std::vector<LlamaTensors> leaves_;     // one a shard, all views of the same weights
  std::vector<ScoredGrid> shard_grids_;  // with graphs
  ScoredGrid grid_;
};

}  // namespace suite
