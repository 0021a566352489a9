// ShardedScorer (models/llama/sharded_scorer.h) for a policy that several processes train: each scores its shards, all
// see the whole grid, and each carries back the gradients of its own rows.
//
//   ShardedScorer scorer(llama, weights, OwnShards(shards, group).count);
//   SharedScorer shared(&group, shards);
//   ScoredGrid grid = shared.Score(scorer, packed_of_shard, {});  // of all shards of all processes; leaves
//   objective->Compute(...).loss.backward();                     // the loss of the whole batch, on every process
//   shared.Backward(scorer);                                     // adds into the gradients of this process' shards
//   optimizer.Step(scorer.SumGradients().flat(), options);       // ShardedAdamW adds up the processes' gradients
//
// In a group of one it is the scorer itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/distributed/process_group.h"
#include "models/llama/sharded_scorer.h"

namespace suite {

class SharedScorer {
 public:
  // `shards` of all processes; a scorer has as many as this process' share. `group` must outlive this.
  SharedScorer(ProcessGroup* group, int64_t shards) : group_(group), shards_(shards) {}

  // `packed_of_shard` of all processes, the same on each, at most as many as shards.
  ScoredGrid Score(ShardedScorer& scorer, const std::vector<PackedTokens>& packed_of_shard,
                   const ScoreOptions& options);
  // Takes the gradients left on the grids of the last Score; each shard of the scorer adds up its own.
  void Backward(ShardedScorer& scorer);

 private:
  ProcessGroup* group_;
  int64_t shards_;
  size_t own_shards_ = 0;  // with rows in the last Score
  std::vector<int64_t> rows_of_ranks_;
  ScoredGrid own_, whole_;
};

// The whole grid without gradients, for a reference policy.
ScoredGrid ScoreTogetherWithoutGradients(ProcessGroup& group, int64_t shards, const Llama& llama,
                                         const LlamaTensors& tensors, const std::vector<PackedTokens>& packed_of_shard,
                                         const ScoreOptions& options);

}  // namespace suite
