#include "harness/policy/trained_policy.h"

#include <vector>

#include "harness/distributed/shared_rows.h"

namespace suite {
namespace {

// Always new memory.
LlamaWeights CopyOf(const LlamaWeights& start, at::ScalarType dtype) {
  return start.flat().scalar_type() == dtype ? start.Clone() : start.To(start.flat().device(), dtype);
}

// The float32 numbers that are trained; several processes keep only those of the type they compute in, for ShardedAdamW
// has shares of the others.
at::ScalarType TypeKept(const LlamaWeights& start, std::optional<at::ScalarType> compute, const ProcessGroup& group) {
  if (!compute) return start.flat().scalar_type();
  return group.world_size() == 1 ? at::kFloat : *compute;
}

ShardedScorer MakeScorer(const Llama& llama, const LlamaWeights& weights, int64_t shards,
                         std::optional<at::ScalarType> compute, const ProcessGroup& group) {
  if (group.world_size() > 1 && weights.flat().scalar_type() == at::kBFloat16) {
    return ShardedScorer(llama, ComputeCopy::WithoutMaster(weights), shards);
  }
  return ShardedScorer(llama, weights, shards, compute);
}

}  // namespace

TrainedPolicy::TrainedPolicy(const Llama& llama, const LlamaWeights& start, int64_t shards,
                             std::optional<at::ScalarType> compute, ProcessGroup* group)
    : llama_(llama),
      group_(group ? group : &SingleProcess()),
      weights_(CopyOf(start, TypeKept(start, compute, *group_))),
      scorer_(MakeScorer(llama, weights_, OwnShards(shards, *group_).count, compute, *group_)),
      shared_(group_, shards) {
  if (group_->world_size() == 1) {
    optimizer_ = MakeAdamWState({weights_.flat()});
  } else {
    sharded_.emplace(weights_.flat(), group_);
    sharded_->SetMasters(start.flat());
  }
}

ScoredGrid TrainedPolicy::Score(const std::vector<PackedTokens>& packed_of_shard, const ScoreOptions& options) {
  ScoredGrid grid = shared_.Score(scorer_, packed_of_shard, options);
  CheckScores(grid, llama_, compute_weights().Tensors(), packed_of_shard);
  return grid;
}

double TrainedPolicy::Apply(const UpdateOptions& options) {
  const at::Tensor gradient = scorer_.SumGradients().flat();
  if (sharded_) {
    return sharded_->Step(gradient, {options.learning_rate, options.max_grad_norm, options.adamw});
  }
  const double norm = ClipGradientNorm({gradient}, options.max_grad_norm);
  AdamWStep({weights_.flat()}, {gradient}, options.learning_rate, options.adamw, &optimizer_);
  scorer_.WeightsChanged();
  return norm;
}

PolicyState TrainedPolicy::GatherState(bool keep) {
  if (!sharded_ && !keep) return {};
  if (!sharded_) {
    return {weights_.flat().cpu(),
            {{optimizer_.first_moment.front().cpu()}, {optimizer_.second_moment.front().cpu()}, optimizer_.step}};
  }
  return {sharded_->GatherMasters(keep), sharded_->GatherMoments(keep)};
}

void TrainedPolicy::Restore(const at::Tensor& weights_flat, const AdamWState& optimizer) {
  if (sharded_) return sharded_->Restore(weights_flat, optimizer);
  weights_.flat().copy_(weights_flat);
  scorer_.WeightsChanged();
  optimizer_.first_moment.front().copy_(optimizer.first_moment.front());
  optimizer_.second_moment.front().copy_(optimizer.second_moment.front());
  optimizer_.step = optimizer.step;
}

}  // namespace suite
