#include "harness/distributed/shared_scorer.h"

#include <ATen/ops/zeros.h>

#include "base/check.h"
#include "harness/distributed/shared_rows.h"
#include "harness/distributed/thread_count.h"

namespace suite {
namespace {

// What a process without rows has: [0, T], of the type and place that `tensors` compute in.
ScoredGrid NoRows(int64_t width, const at::TensorOptions& options) {
  return {at::zeros({0, width}, options), at::zeros({0, width}, options)};
}

// Log-probs are float32 for every type of weights but float64.
at::TensorOptions GridOptions(const at::Tensor& weights) {
  return weights.options().dtype(weights.scalar_type() == at::kDouble ? at::kDouble : at::kFloat).requires_grad(false);
}

ScoredGrid Gather(ProcessGroup& group, const ScoredGrid& own, const std::vector<int64_t>& rows_of_ranks,
                  const std::string& whose) {
  return {GatherRows(group, own.logp_BT, rows_of_ranks, "gathering of " + whose + " log-probs"),
          GatherRows(group, own.entropy_BT, rows_of_ranks, "gathering of " + whose + " entropies")};
}

}  // namespace

ScoredGrid SharedScorer::Score(ShardedScorer& scorer, const std::vector<PackedTokens>& packed_of_shard,
                               const ScoreOptions& options) {
  SUITE_CHECK(!packed_of_shard.empty());
  const std::vector<PackedTokens> own = OwnPart(packed_of_shard, OwnShards(shards_, *group_));
  const ThreadCount threads(ThreadsFor(own.size(), shards_));
  own_shards_ = own.size();
  if (group_->world_size() == 1) return scorer.Score(packed_of_shard, options);
  rows_of_ranks_ = RowsOfRanks(packed_of_shard, shards_, *group_);
  own_ = own.empty() ? NoRows(packed_of_shard[0].max_length, GridOptions(scorer.gradients().flat()))
                     : scorer.Score(own, options);
  whole_ = Gather(*group_, own_, rows_of_ranks_, "policy");
  whole_.logp_BT.requires_grad_();
  whole_.entropy_BT.requires_grad_();
  return whole_;
}

void SharedScorer::Backward(ShardedScorer& scorer) {
  const ThreadCount threads(ThreadsFor(own_shards_, shards_));
  if (group_->world_size() == 1) return scorer.Backward();
  if (own_.logp_BT.size(0) == 0) return;
  const auto hand_on = [&](const at::Tensor& from, at::Tensor& to) {
    if (from.grad().defined()) to.mutable_grad() = OwnRows(*group_, from.grad(), rows_of_ranks_);
  };
  hand_on(whole_.logp_BT, own_.logp_BT);
  hand_on(whole_.entropy_BT, own_.entropy_BT);
  scorer.Backward();
  own_ = whole_ = {};
}

ScoredGrid ScoreTogetherWithoutGradients(ProcessGroup& group, int64_t shards, const Llama& llama,
                                         const LlamaTensors& tensors, const std::vector<PackedTokens>& packed_of_shard,
                                         const ScoreOptions& options) {
  const std::vector<PackedTokens> own = OwnPart(packed_of_shard, OwnShards(shards, group));
  const ThreadCount threads(ThreadsFor(own.size(), shards));
  if (group.world_size() == 1) return ScoreWithoutGradients(llama, tensors, packed_of_shard, options);
  const ScoredGrid grid = own.empty() ? NoRows(packed_of_shard[0].max_length, GridOptions(tensors.embedding))
                                      : ScoreWithoutGradients(llama, tensors, own, options);
  return Gather(group, grid, RowsOfRanks(packed_of_shard, shards, group), "reference");
}

}  // namespace suite
