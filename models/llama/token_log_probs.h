// Log-probabilities of given tokens under the language-model head, without ever holding all logits.
//
//   TokenLogProbs scored = ScoreTokens(hidden_MH, head_VH, target_M, {});
//   scored.logp_M       log softmax(hidden head^T / temperature)[target], float32
//   scored.entropy_M    entropy of the same distributions, in nats
//
// Rows are handled in chunks; at most one [chunk, vocab] block of logits is alive at any time. When all rows fit one
// chunk it is kept for the backward pass; otherwise the backward pass computes each chunk again. Both outputs are
// differentiable.
#pragma once

#include <ATen/core/Tensor.h>

namespace suite {

struct TokenLogProbs {
  at::Tensor logp_M;
  at::Tensor entropy_M;
};

// Where every row may choose from some columns only: allowed_L[begin_M1[m]] to allowed_L[begin_M1[m + 1] - 1], rising.
// int64 [M + 1] and int32 [L] on the device of the hidden states. Undefined: from all.
struct AllowedColumns {
  at::Tensor begin_M1;
  at::Tensor allowed_L;

  bool defined() const { return begin_M1.defined(); }
};

struct ScoreOptions {
  double temperature = 1.0;
  int64_t chunk_bytes = int64_t{64} << 20;  // bound on one block of logits
};

// hidden [M, hidden], head [vocab, hidden] of one float dtype, target int64 [M] on the same device. With `allowed` the
// softmax of a row, and so its entropy, is over its allowed columns; the target is one of them.
TokenLogProbs ScoreTokens(const at::Tensor& hidden_MH, const at::Tensor& head_VH, const at::Tensor& target_M,
                          const ScoreOptions& options, const AllowedColumns& allowed = {});

}  // namespace suite
