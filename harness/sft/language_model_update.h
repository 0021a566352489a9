// One optimizer step of next-token training on given sequences: score, cross-entropy, backward, clip, AdamW.
//
//   LanguageModelUpdate update = UpdateLanguageModel({sequences}, /*num_items=*/counted_tokens, options, &policy);
//
// A micro-batch is one backward pass; losses and gradients of micro-batches are summed. Each loss is the sum over the
// micro-batch's scored tokens divided by `num_items`, which counts the whole update. Our trainer divides by the tokens
// that are scored; TRL's SFTTrainer by the labels before the shift (sft_objective.h), one more for each sequence that
// is scored in full.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/policy/trained_policy.h"
#include "models/llama/llama.h"
#include "models/llama/packed_tokens.h"
#include "models/llama/weights.h"

namespace suite {

struct LanguageModelUpdate {
  std::vector<double> losses;  // of each micro-batch; the update's loss is their sum
  double grad_norm = 0;        // before clipping
};

// Each micro-batch is split over at most `shards` shards (as many as the policy was made with).
LanguageModelUpdate UpdateLanguageModel(const std::vector<std::vector<ScoredSequence>>& micro_batches, double num_items,
                                        int64_t shards, const UpdateOptions& options, TrainedPolicy* policy);

// The mean loss over the scored tokens of all `sequences`, without gradients, `batch` of them at a time. In the type of
// `weights`.
double LanguageModelLoss(const Llama& llama, const LlamaWeights& weights, const std::vector<ScoredSequence>& sequences,
                         int64_t batch, int64_t shards);

}  // namespace suite
