// Next-token training on token sequences: pre-training of the miniature's base model, and supervised fine-tuning.
//
//   LanguageModelTrainer trainer(llama, weights, std::move(sequences), options);
//   while (trainer.step() < options.steps) StepRecord record = trainer.Step();
//
// The loss of a step is the sum over its counted tokens divided by their number. Which tokens count is said by each
// sequence's score_from: the prompt's length for the loss on the completion only, 1 for all tokens.
//
// Examples come in shuffled epochs; the order is a function of (seed, stage name, epoch), so the step number is all
// that a resume needs besides weights and moments.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "algorithms/adamw.h"
#include "algorithms/schedule.h"
#include "harness/distributed/process_group.h"
#include "harness/policy/trained_policy.h"
#include "models/llama/llama.h"
#include "models/llama/packed_tokens.h"

namespace suite {

struct LanguageModelOptions {
  std::string stage;  // names the random stream: "pretrain", "sft"
  uint64_t seed = 0;
  int64_t batch = 32;  // sequences a step
  // Backward passes a step, equal parts of the batch; they change memory and rounding only, since each loss is divided
  // by the counted tokens of the whole batch. Divides `batch`.
  int64_t micro_batches = 1;
  LearningRateSchedule schedule;
  AdamWConfig adamw;
  double max_grad_norm = 1.0;
  // Of the forward and backward pass; weights, gradients and moments stay in the type of the start weights (float32).
  at::ScalarType compute = at::kFloat;
  int64_t shards = 1;             // of all processes
  ProcessGroup* group = nullptr;  // the processes that train together; null: this one
};

struct LanguageModelStep {
  double loss = 0;       // mean over counted tokens
  double grad_norm = 0;  // before clipping
  double learning_rate = 0;
  int64_t counted_tokens = 0;
  int64_t tokens = 0;  // all tokens of the batch
};

class LanguageModelTrainer {
 public:
  LanguageModelTrainer(const Llama& llama, const LlamaWeights& start, std::vector<ScoredSequence> sequences,
                       LanguageModelOptions options);

  LanguageModelStep Step();

  // Mean over the scored tokens of other sequences, with the weights as they are, in the type of arithmetic. Every
  // process of a group takes it of all of them.
  double LossOn(const std::vector<ScoredSequence>& sequences) const;

  int64_t step() const { return step_; }
  const LlamaWeights& weights() const { return policy_.weights(); }
  const AdamWState& optimizer() const { return policy_.optimizer(); }  // in a group of one
  // As TrainedPolicy's.
  PolicyState GatherState(bool keep) { return policy_.GatherState(keep); }
  void Restore(int64_t step, const at::Tensor& weights_flat, const AdamWState& optimizer);

 private:
  // Indices of the sequences of step `step_`.
  std::vector<size_t> Batch();

  const Llama& llama_;
  std::vector<ScoredSequence> sequences_;
  LanguageModelOptions options_;
  TrainedPolicy policy_;
  int64_t step_ = 0;
  int64_t epoch_ = -1;
  std::vector<size_t> order_;  // of epoch_
};

// The order of `count` examples in an epoch: a Fisher-Yates shuffle by the stream "order/<stage>".
std::vector<size_t> EpochOrder(uint64_t seed, const std::string& stage, int64_t epoch, size_t count);

}  // namespace suite
