#include "harness/sft/language_model_trainer.h"

#include <numeric>
#include <utility>

#include "base/check.h"
#include "base/random.h"
#include "harness/sft/language_model_update.h"

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
      sequences_(std::move(sequences)),
      options_(std::move(options)),
      policy_(llama, start, options_.shards, options_.compute, options_.group) {
  SUITE_CHECK(!sequences_.empty());
  SUITE_CHECK_EQ(options_.batch % options_.micro_batches, 0);
}

void LanguageModelTrainer::Restore(int64_t step, const at::Tensor& weights_flat, const AdamWState& optimizer) {
  policy_.Restore(weights_flat, optimizer);
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

double LanguageModelTrainer::LossOn(const std::vector<ScoredSequence>& sequences) const {
  return LanguageModelLoss(llama_, policy_.compute_weights(), sequences, options_.batch / options_.micro_batches,
                           options_.shards);
}

LanguageModelStep LanguageModelTrainer::Step() {
  LanguageModelStep result;
  std::vector<std::vector<ScoredSequence>> micro_batches;
  const auto micro_batch = static_cast<size_t>(options_.batch / options_.micro_batches);
  for (const size_t index : Batch()) {
    if (micro_batches.empty() || micro_batches.back().size() == micro_batch) micro_batches.emplace_back();
    const ScoredSequence& sequence = sequences_[index];
    micro_batches.back().push_back(sequence);
    const int64_t tokens = static_cast<int64_t>(sequence.ids.size());
    result.tokens += tokens;
    result.counted_tokens += tokens - sequence.score_from;
  }
  if (options_.group) options_.group->set_step(step_);
  result.learning_rate = LearningRate(options_.schedule, step_);
  const LanguageModelUpdate update =
      UpdateLanguageModel(micro_batches, static_cast<double>(result.counted_tokens), options_.shards,
                          {result.learning_rate, options_.max_grad_norm, options_.adamw}, &policy_);
  for (const double loss : update.losses) result.loss += loss;
  result.grad_norm = update.grad_norm;
  ++step_;
  return result;
}

}  // namespace suite
