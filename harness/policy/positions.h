// How many tokens a policy can take: its positions, the max_position_embeddings of config.json.
//
//   LargestPrompt(/*positions=*/2048, /*answer_tokens=*/320)        // 1729
//   const LlamaWeights wider = WithPositions(base.weights, 900);    // of a policy that was made here
#pragma once

#include <cstdint>

#include "models/llama/weights.h"

namespace suite {

// The tokens of the longest prompt that an answer of so many tokens, at least one, may follow; below 1: none. The last
// token of an answer is predicted and never read, so it takes no position.
int64_t LargestPrompt(int64_t positions, int64_t answer_tokens);

// The same weights with at least so many positions; those that were there stay as they are, to the bit. Only for a
// policy of rotary positions without scaling that is trained on them: a checkpoint answers badly beyond its own.
LlamaWeights WithPositions(const LlamaWeights& weights, int64_t positions);

}  // namespace suite
