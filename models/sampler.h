// Samples G completions for each of many prompts: one prefill a prompt, a key-value cache, and a batch that finished
// rows leave.
//
//   SamplingOptions options;
//   options.max_new_tokens = 96;
//   options.eos_ids = {*tokenizer.TokenId("<|end|>")};
//   auto groups = SampleGroups(llama, weights.Tensors(), prompts, /*group_size=*/8, options, streams);
//   groups[3][0].ids, groups[3][0].logp          // prompt 3, completion 0
//
// A completion depends on its prompt and its own random stream only, not on the rest of the batch (up to rounding of
// matrix products): token t is drawn with stream.UniformAt(t).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/random.h"
#include "models/constraint/list_constraint.h"
#include "models/kernels/choose_token.h"
#include "models/llama/llama.h"

namespace suite {

enum class FinishReason {
  kEndOfSequence,  // an end token was drawn; it is part of the completion
  kLineLimit,      // max_lines newlines were drawn
  kLengthLimit,    // max_new_tokens were drawn
};

struct Rollout {
  std::vector<int64_t> ids;
  std::vector<float> logp;  // of each id, under the distribution it was drawn from
  FinishReason finish = FinishReason::kLengthLimit;
};

using RolloutGroup = std::vector<Rollout>;

struct SamplingOptions {
  TokenChoice choice;
  int64_t max_new_tokens = 96;
  std::vector<int64_t> eos_ids;
  int64_t max_lines = 0;  // 0: no limit
  // Newlines in each token, needed with max_lines (Tokenizer::NewlinesByToken). Ids past its end, of a head that is
  // padded, hold none.
  std::vector<int> newlines_by_token;
  int64_t shards = 1;  // prompts are split over this many threads
  // What answers are held to; null: nothing. Log-probabilities are then over the allowed tokens, and a forced token's
  // is 0. An answer ends when its list does.
  std::shared_ptr<const ListConstraint> constraint;
  // [prompt]: the constraint's lines that answers to it may not have, such as items the user has seen; empty: none.
  std::vector<std::vector<int64_t>> closed_lines;

  const std::vector<int64_t>& ClosedLinesOf(size_t prompt) const {
    static const std::vector<int64_t> kNone;
    return closed_lines.empty() ? kNone : closed_lines.at(prompt);
  }
};

// The stream of completion `sample` of prompt number `prompt`.
using StreamOf = std::function<RandomStream(int64_t prompt, int64_t sample)>;

// `prompts` are token ids, at least one each. Prompt plus completion must fit the rotary table (config.max_positions).
std::vector<RolloutGroup> SampleGroups(const Llama& llama, const LlamaTensors& tensors,
                                       const std::vector<std::vector<int64_t>>& prompts, int64_t group_size,
                                       const SamplingOptions& options, const StreamOf& stream_of);

// Throws NotFiniteLogits (models/llama/not_finite_logits.h) where a token was drawn from logits that were not finite:
// its log-probability is not. `groups` are those of `prompts`.
void CheckRollouts(const Llama& llama, const LlamaTensors& tensors, const std::vector<std::vector<int64_t>>& prompts,
                   const std::vector<RolloutGroup>& groups);

}  // namespace suite
