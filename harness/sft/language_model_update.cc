#include "harness/sft/language_model_update.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

#include "algorithms/sft_objective.h"
#include "base/check.h"
#include "harness/distributed/shared_rows.h"
#include "harness/distributed/thread_count.h"
#include "models/llama/sharded_scorer.h"

namespace suite {
namespace {

// How many tokens of each sequence are scored.
std::vector<int64_t> ScoredCounts(const std::vector<ScoredSequence>& sequences) {
  std::vector<int64_t> counts;
  for (const ScoredSequence& sequence : sequences) {
    counts.push_back(static_cast<int64_t>(sequence.ids.size()) - sequence.score_from);
  }
  return counts;
}

std::vector<PackedTokens> Pack(const std::vector<ScoredSequence>& sequences, int64_t shards, int64_t longest) {
  const int64_t count = static_cast<int64_t>(sequences.size());
  shards = std::max<int64_t>(1, std::min(shards, count));
  std::vector<std::vector<ScoredSequence>> parts(static_cast<size_t>(shards));
  for (int64_t i = 0; i < count; ++i) {
    parts[static_cast<size_t>(i * shards / count)].push_back(sequences[static_cast<size_t>(i)]);
  }
  std::vector<PackedTokens> packed;
  for (const auto& part : parts) packed.push_back(PackSequences(part, longest));
  return packed;
}

// Leaves the loss' gradient on the grid. Every process does this for the whole batch, so one thread does.
double LossAndItsGradient(const ScoredGrid& grid, const at::Tensor& counted_BT, double num_items) {
  const ThreadCount serial(1);
  const at::Tensor loss = SftLoss(grid.logp_BT, counted_BT.to(grid.logp_BT.device()), num_items);
  loss.backward();
  return loss.item<double>();
}

double SumOfLogProbs(const Llama& llama, const LlamaWeights& weights, const std::vector<PackedTokens>& packed,
                     int64_t shards) {
  const ThreadCount threads(ThreadsFor(packed.size(), shards));
  const ScoredGrid grid = ScoreWithoutGradients(llama, weights.Tensors(), packed, {});
  const ThreadCount serial(1);
  return grid.logp_BT.sum(at::kDouble).item<double>();  // 0 where nothing is scored
}

}  // namespace

LanguageModelUpdate UpdateLanguageModel(const std::vector<std::vector<ScoredSequence>>& micro_batches, double num_items,
                                        int64_t shards, const UpdateOptions& options, TrainedPolicy* policy) {
  SUITE_CHECK(!micro_batches.empty());
  LanguageModelUpdate update;
  policy->ZeroGradients();
  for (const std::vector<ScoredSequence>& sequences : micro_batches) {
    SUITE_CHECK(!sequences.empty());
    const std::vector<int64_t> counted = ScoredCounts(sequences);
    const int64_t longest = *std::max_element(counted.begin(), counted.end());
    const ScoredGrid grid = policy->Score(Pack(sequences, shards, longest), {});
    const at::Tensor counted_BT = at::arange(longest).unsqueeze(0).lt(at::tensor(counted).unsqueeze(1));
    update.losses.push_back(LossAndItsGradient(grid, counted_BT, num_items));
    policy->Backward();
  }
  update.grad_norm = policy->Apply(options);
  return update;
}

double LanguageModelLoss(const Llama& llama, const LlamaWeights& weights, const std::vector<ScoredSequence>& sequences,
                         int64_t batch, int64_t shards) {
  SUITE_CHECK(!sequences.empty());
  double loss = 0;
  int64_t scored = 0;
  for (size_t begin = 0; begin < sequences.size(); begin += static_cast<size_t>(batch)) {
    const size_t end = std::min(begin + static_cast<size_t>(batch), sequences.size());
    const std::vector<ScoredSequence> part(sequences.begin() + static_cast<int64_t>(begin),
                                           sequences.begin() + static_cast<int64_t>(end));
    const std::vector<int64_t> counted = ScoredCounts(part);
    const int64_t longest = *std::max_element(counted.begin(), counted.end());
    loss -= SumOfLogProbs(llama, weights, Pack(part, shards, longest), shards);
    for (const int64_t count : counted) scored += count;
  }
  return loss / static_cast<double>(scored);
}

}  // namespace suite
