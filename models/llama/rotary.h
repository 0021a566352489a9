// Rotary position embeddings in Hugging Face's layout: dimension i turns with dimension i + head_dim / 2.
//
//   RotaryTable table = MakeRotaryTable(config, /*positions=*/512);
//   RotateInPlace(qkv_NS, positions_N, table, /*heads=*/config.heads + config.kv_heads, /*inverse=*/false);
#pragma once

#include <ATen/core/Tensor.h>

#include "models/llama/config.h"

namespace suite {

struct RotaryTable {
  at::Tensor cos_PD;  // float32 [positions, head_dim / 2]
  at::Tensor sin_PD;
};

// With Llama 3's wavelength stretching where the config asks for it (transformers, modeling_rope_utils.py).
RotaryTable MakeRotaryTable(const LlamaConfig& config, int64_t positions);

// Turns the first `heads` heads of every row of x [N, S] (S >= heads * head_dim, contiguous) by its position; `inverse`
// turns back. The table's lengths (YaRN's are
// not 1) multiply both ways, so that it is also the gradient. CPU float32 runs a kernel, everything else ATen
// operators.
void RotateInPlace(at::Tensor& x_NS, const at::Tensor& positions_N, const RotaryTable& table, int64_t heads,
                   bool inverse);

}  // namespace suite
