// Causal attention in which several completions share one copy of their prompt's keys and values.
//
//   AttentionOutput result = PrefixAttention(qkv_NS, packed.segments, shape);
//   at::Tensor d_qkv_NS = PrefixAttentionBackward(d_out, qkv_NS, result, packed.segments, shape);
//
// A completion's row attends to two pieces: the prompt (fully) and its own segment (causally). Each piece is ordinary
// attention that also gives the log of its softmax denominator; pieces are merged by those, and run backward with the
// merged output and denominator, which yields the exact gradient (the identity behind ring attention, Liu et al.,
// arXiv:2310.01889). Nothing of size rows x rows is kept, and the prompt is neither copied nor recomputed G times.
//
// On the CPU the pieces are LibTorch's flash-attention kernels; on other devices plain matrix products.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "models/llama/packed_tokens.h"

namespace suite {

struct AttentionShape {
  int64_t heads = 0;
  int64_t kv_heads = 0;
  int64_t head_dim = 0;
};

struct AttentionOutput {
  at::Tensor out_NS;  // [N, heads * head_dim], dtype of qkv
  at::Tensor lse_NH;  // [N, heads], float32 (float64 for float64)
};

enum class AttentionKernel { kAutomatic, kFlash, kExplicit };

// qkv [N, (heads + 2 kv_heads) head_dim], contiguous: queries, keys and values of each row, already rotated.
AttentionOutput PrefixAttention(const at::Tensor& qkv_NS, const std::vector<Segment>& segments,
                                const AttentionShape& shape, AttentionKernel kernel = AttentionKernel::kAutomatic);

// Gradient with respect to qkv, of its shape and dtype.
at::Tensor PrefixAttentionBackward(const at::Tensor& d_out_NS, const at::Tensor& qkv_NS, const AttentionOutput& output,
                                   const std::vector<Segment>& segments, const AttentionShape& shape,
                                   AttentionKernel kernel = AttentionKernel::kAutomatic);

}  // namespace suite
