// A step's batch as backward passes: how many prompts one takes, and the packing of each.
//
//   const int64_t size = PromptsPerMicroBatch({/*micro_batch_prompts=*/0, /*activation_bytes=*/1 << 28, shards}, 12,
//                                             bytes_of_longest_prompt);
//   std::vector<RlMicroBatch> micro_batches = PackMicroBatches(prompts, groups, batch, credit, {size, shards, device});
//
// The cut is a function of settings and sequences, never of the number of processes or of a machine's memory: it
// changes the order of floating-point sums, and what a run computes must not depend on who computes it.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "algorithms/objective.h"
#include "harness/rl/credit.h"
#include "harness/rl/rollout_batch.h"
#include "models/llama/packed_tokens.h"
#include "models/sampler.h"

namespace suite {

// The rows of one backward pass. B rows, T tokens (the longest completion of the whole batch).
struct RlMicroBatch {
  std::vector<PackedTokens> packed;  // one a shard; their rows are the B rows in order, their grids T wide
  RankSpans spans;
  at::Tensor old_logp_BT;        // float32, of the policy that sampled
  at::Tensor reference_logp_BT;  // float32; undefined when the objective has no KL
  at::Tensor advantage_BT;       // float32
  Normalizer normalizer;         // of the whole batch
};

struct MicroBatchRule {
  // Prompts of one backward pass. 0: as many as keep the activations of each shard within activation_bytes, but one
  // prompt a shard at least, in as few parts as that takes, of one size but the last.
  int64_t micro_batch_prompts = 0;
  int64_t activation_bytes = int64_t{1} << 28;
  int64_t shards = 1;             // of all processes
  bool loss_counts_cuts = false;  // an objective whose loss depends on the cut (bnpo) is not cut for memory
};

// `longest_prompt_bytes`: activations of the prompt that needs most, with its completions.
int64_t PromptsPerMicroBatch(const MicroBatchRule& rule, int64_t prompts, int64_t longest_prompt_bytes);

// Tokens that one backward pass has in memory at once for the longest of `prompts` with its group of completions.
int64_t LongestPromptRows(const std::vector<std::vector<int64_t>>& prompts, const std::vector<RolloutGroup>& groups);

struct PackingOptions {
  int64_t prompts = 1;  // of one micro-batch
  int64_t shards = 1;   // of all processes
  at::Device device = at::kCPU;
  const ConstrainedAnswers* constrained = nullptr;  // scores are renormalised over its supports; null: over everything
};

// `prompts` [P] and `groups` [P][G] are what `batch` and `credit` were made from. Every micro-batch has the whole
// batch's normalizer, so that losses and gradients of micro-batches add up to the batch's.
std::vector<RlMicroBatch> PackMicroBatches(const std::vector<std::vector<int64_t>>& prompts,
                                           const std::vector<RolloutGroup>& groups, const RolloutBatch& batch,
                                           const BatchCredit& credit, const PackingOptions& options);

}  // namespace suite
