#include "models/llama/sharded_scorer.h"

#include <ATen/Parallel.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include <functional>
#include <utility>

#include "base/check.h"
#include "models/llama/not_finite_logits.h"

namespace suite {
namespace {

void ForEachShard(size_t count, const std::function<void(size_t)>& body) {
  at::parallel_for(0, static_cast<int64_t>(count), 1, [&](int64_t begin, int64_t end) {
    for (int64_t shard = begin; shard < end; ++shard) body(static_cast<size_t>(shard));
  });
}

ScoredGrid ScoreShard(const Llama& llama, const LlamaTensors& tensors, const PackedTokens& packed,
                      const ScoreOptions& options) {
  const TokenLogProbs scored = llama.LogProbs(tensors, packed, options);
  return {ToGrid(scored.logp_M, packed), ToGrid(scored.entropy_M, packed)};
}

ScoredGrid Concatenate(const std::vector<ScoredGrid>& grids) {
  std::vector<at::Tensor> logp, entropy;
  for (const ScoredGrid& grid : grids) {
    logp.push_back(grid.logp_BT.detach());
    entropy.push_back(grid.entropy_BT.detach());
  }
  return {at::cat(logp), at::cat(entropy)};
}

}  // namespace

ScoredGrid ScoreWithoutGradients(const Llama& llama, const LlamaTensors& tensors,
                                 const std::vector<PackedTokens>& shards, const ScoreOptions& options) {
  std::vector<ScoredGrid> grids(shards.size());
  ForEachShard(shards.size(), [&](size_t shard) {
    const c10::NoGradGuard no_graph;
    grids[shard] = ScoreShard(llama, tensors, shards[shard], options);
  });
  return Concatenate(grids);
}

void CheckScores(const ScoredGrid& grid, const Llama& llama, const LlamaTensors& tensors,
                 const std::vector<PackedTokens>& shards) {
  const at::Tensor finite_B = at::isfinite(grid.logp_BT.detach()).all(1);
  if (finite_B.all().item<bool>()) return;
  int64_t first = 0;
  for (const PackedTokens& packed : shards) {
    if (!finite_B.narrow(0, first, packed.rows).all().item<bool>()) {
      throw NotFiniteLogits(llama.FirstNotFinite(tensors, packed));
    }
    first += packed.rows;
  }
}

ShardedScorer::ShardedScorer(const Llama& llama, const LlamaWeights& weights, int64_t shards,
                             std::optional<at::ScalarType> compute)
    : ShardedScorer(llama, ComputeCopy(weights, compute.value_or(weights.flat().scalar_type())), shards) {}

ShardedScorer::ShardedScorer(const Llama& llama, ComputeCopy copy, int64_t shards)
    : llama_(llama), copy_(std::move(copy)) {
  const at::Tensor& flat = copy_.master().flat();
  for (int64_t shard = 0; shard < shards; ++shard) {
    gradients_.push_back(
        LlamaWeights::Zeros(copy_.master().config(), flat.scalar_type()).To(flat.device(), flat.scalar_type()));
    leaves_.push_back(TrainableTensors(copy_.master(), gradients_.back()));
  }
}

ScoredGrid ShardedScorer::Score(const std::vector<PackedTokens>& packed_of_shard, const ScoreOptions& options) {
  SUITE_CHECK_LE(packed_of_shard.size(), leaves_.size());
  for (const PackedTokens& packed : packed_of_shard) SUITE_CHECK_EQ(packed.max_length, packed_of_shard[0].max_length);
  shard_grids_.assign(packed_of_shard.size(), {});
  ForEachShard(packed_of_shard.size(), [&](size_t shard) {
    const c10::AutoGradMode with_graph(true);
    shard_grids_[shard] = ScoreShard(llama_, copy_.Connect(leaves_[shard]), packed_of_shard[shard], options);
  });
  grid_ = Concatenate(shard_grids_);
  grid_.logp_BT.requires_grad_();
  grid_.entropy_BT.requires_grad_();
  return grid_;
}

void ShardedScorer::Backward() {
  const auto gradient_of = [](const at::Tensor& leaf) {
    return leaf.grad().defined() ? leaf.grad() : at::zeros_like(leaf);
  };
  const at::Tensor d_logp = gradient_of(grid_.logp_BT), d_entropy = gradient_of(grid_.entropy_BT);
  std::vector<int64_t> first_row(shard_grids_.size(), 0);
  for (size_t shard = 1; shard < shard_grids_.size(); ++shard) {
    first_row[shard] = first_row[shard - 1] + shard_grids_[shard - 1].logp_BT.size(0);
  }
  ForEachShard(shard_grids_.size(), [&](size_t shard) {
    const ScoredGrid& grid = shard_grids_[shard];
    const int64_t rows = grid.logp_BT.size(0);
    torch::autograd::backward({grid.logp_BT, grid.entropy_BT},
                              {d_logp.narrow(0, first_row[shard], rows), d_entropy.narrow(0, first_row[shard], rows)});
    shard_grids_[shard] = {};
  });
  shard_grids_.clear();
}

const LlamaWeights& ShardedScorer::SumGradients() {
  const size_t count = gradients_.size();
  for (size_t distance = 1; distance < count; distance *= 2) {
    for (size_t shard = 0; shard + distance < count; shard += 2 * distance) {
      gradients_[shard].flat().add_(gradients_[shard + distance].flat());
      gradients_[shard + distance].flat().zero_();
    }
  }
  return gradients_.front();
}

void ShardedScorer::ZeroGradients() {
  for (const LlamaWeights& gradients : gradients_) gradients.flat().zero_();
}

}  // namespace suite
