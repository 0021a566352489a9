#include "harness/policy/positions.h"

#include <ATen/core/Tensor.h>

#include <algorithm>

namespace suite {

int64_t LargestPrompt(int64_t positions, int64_t answer_tokens) {
  return positions + 1 - std::max<int64_t>(1, answer_tokens);
}

LlamaWeights WithPositions(const LlamaWeights& weights, int64_t positions) {
  if (positions <= weights.config().max_positions) return weights;
  LlamaConfig config = weights.config();
  config.max_positions = positions;
  const at::Tensor& flat = weights.flat();
  LlamaWeights wider = LlamaWeights::Zeros(config, flat.scalar_type());
  wider.flat().copy_(flat);
  return wider;
}

}  // namespace suite
