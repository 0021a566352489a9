// Which tokens each scored token was chosen from, where that is not the whole vocabulary
// (models/constraint/token_support.h makes it).
//
// Tokens that were forced, the only one allowed, have log-probability 0 and entropy 0 whatever the policy; they are not
// computed. The K others are renormalised over what they were chosen from.
#pragma once

#include <ATen/core/Tensor.h>

namespace suite {

// M scored tokens of a packing, U tokens that may be allowed anywhere. Tensors of the CPU.
struct ScoredSupport {
  at::Tensor vocabulary_U;  // int64: rising token ids; the others here are positions in it
  at::Tensor branching_K;   // int64: rising positions among the M of the tokens that were not forced
  at::Tensor target_K;      // int64: what was chosen
  at::Tensor begin_K1;   // int64 [K + 1]: where the allowed tokens of each begin in allowed_L, and the end of the last
  at::Tensor allowed_L;  // int32: rising for each

  // Undefined: everything is allowed everywhere.
  bool defined() const { return vocabulary_U.defined(); }
};

}  // namespace suite
