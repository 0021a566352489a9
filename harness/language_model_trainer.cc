#include "harness/language_model_trainer.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "algorithms/sft_objective.h"
#include "base/check.h"
#include "base/random.h"

namespace suite {

std::vector<size_t> EpochOrder(uint64_t seed, const std::string& stage, int64_t epoch, size_t count) {
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  RandomStream stream(seed, "order/" + stage, {static_cast<uint64_t>(epoch)});
  for (size_t i = count; i > 1; --i) {
    std::swap(order[i - 1], order[static_cast<size_t>(stream.UniformInt(static_cast<int64_t>(i)))]);
  }
  return order;
}

LanguageModelTrainer::LanguageModelTrainer(const Llama& llama, const LlamaWeights& start,
                                           std::vector<ScoredSequence> sequences, LanguageModelOptions options)
    : llama_(llama),
      weights_(start.Clone()),
      sequences_(std::move(sequences)),
      options_(std::move(options)),
      scorer_(llama_, weights_, options_.shards),
      optimizer_(MakeAdamWState({weights_.flat()})) {
  SUITE_CHECK(!sequences_.empty());
}

void LanguageModelTrainer::Restore(int64_t step, const at::Tensor& weights_flat, const AdamWState& optimizer) {
  weights_.flat().copy_(weights_flat);
  optimizer_.first_moment.front().copy_(optimizer.first_moment.front());
  optimizer_.second_moment.front().copy_(optimizer.second_moment.front());
  optimizer_.step = optimizer.step;
  step_ = step;
}

std::vector<size_t> LanguageModelTrainer::Batch() {
  std::vector<size_t> batch;
  const int64_t count = static_cast<int64_t>(sequences_.size());
  for (int64_t i = step_ * options_.batch; i < (step_ + 1) * options_.batch; ++i) {
    if (i / count != epoch_) {
      epoch_ = i / count;
      order_ = EpochOrder(options_.seed, options_.stage, epoch_, sequences_.size());
    }
    batch.push_back(order_[static_cast<size_t>(i % count)]);
  }
  return batch;
}

LanguageModelStep LanguageModelTrainer::Step() {
  LanguageModelStep result;
  const std::vector<size_t> batch = Batch();
  const int64_t count = static_cast<int64_t>(batch.size());
  const int64_t shards = std::max<int64_t>(1, std::min(options_.shards, count));
  std::vector<std::vector<ScoredSequence>> parts(static_cast<size_t>(shards));
  std::vector<int64_t> counted;
  for (int64_t i = 0; i < count; ++i) {
    const ScoredSequence& sequence = sequences_[batch[static_cast<size_t>(i)]];
    parts[static_cast<size_t>(i * shards / count)].push_back(sequence);
    counted.push_back(static_cast<int64_t>(sequence.ids.size()) - sequence.score_from);
    result.tokens += static_cast<int64_t>(sequence.ids.size());
  }
  const int64_t longest = *std::max_element(counted.begin(), counted.end());
  std::vector<PackedTokens> packed;
  for (const auto& part : parts) packed.push_back(PackSequences(part, longest));

  scorer_.ZeroGradients();
  const ScoredGrid grid = scorer_.Score(packed, {});
  const at::Tensor counted_BT = at::arange(longest).unsqueeze(0).lt(at::tensor(counted).unsqueeze(1));
  result.counted_tokens = std::accumulate(counted.begin(), counted.end(), int64_t{0});
  const at::Tensor loss = SftLoss(grid.logp_BT, counted_BT, static_cast<double>(result.counted_tokens));
  loss.backward();
  scorer_.Backward();
  const std::vector<at::Tensor> gradients = {scorer_.gradients().flat()};
  result.loss = loss.item<double>();
  result.grad_norm = ClipGradientNorm(gradients, options_.max_grad_norm);
  result.learning_rate = LearningRate(options_.schedule, step_);
  AdamWStep({weights_.flat()}, gradients, result.learning_rate, options_.adamw, &optimizer_);
  ++step_;
  return result;
}

}  // namespace suite
