// Attention of one new token per row against its group's shared prompt and its own earlier tokens.
//
// The cache keeps keys with positions last, so that scores of many positions are computed side by side, and values with
// the head's dimensions last:
//
//   prompt_k [B, kv_heads, head_dim, P]   prompt_v [B, kv_heads, P, head_dim]   one entry a prompt, lengths
//   prompt_length[b] own_k    [R, kv_heads, head_dim, T]   own_v    [R, kv_heads, T, head_dim]   one entry a sequence
//
//   cache.own_k.. hold positions 0 .. step of a row when DecodeAttention(..., step) is called.
//
// CPU float32 runs a kernel; other devices and dtypes run ATen operators (which tests compare the kernel with).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace suite {

struct DecodeCache {
  at::Tensor prompt_k, prompt_v;
  at::Tensor own_k, own_v;
  std::vector<int64_t> prompt_length;  // [B]
};

// Memory for `prompt_length.size()` prompts of at most `longest` tokens and `group_size` sequences of at most
// `new_tokens` for each; zeros for prompts. On the CPU it lies in the order of the shapes above, on other devices with
// positions before heads (the order of models/cuda/decode_attention.h) behind views of those shapes.
struct CacheShape {
  std::vector<int64_t> prompt_length;
  int64_t group_size = 1;
  int64_t new_tokens = 0;
  int64_t kv_heads = 0;
  int64_t head_dim = 0;
};
DecodeCache EmptyCache(const CacheShape& shape, const at::TensorOptions& options);

// Which rows of the batch are still being decoded: place i of the batch is sequence `sequence[i]` of prompt
// `prompt[i]`.
struct ActiveRows {
  std::vector<int64_t> sequence;
  std::vector<int64_t> prompt;
};

// Stores keys and values of the new token, from rotated qkv [A, (heads + 2 kv_heads) head_dim], at own position `step`.
void StoreKeysAndValues(const at::Tensor& qkv_AS, int64_t heads, const ActiveRows& rows, int64_t step,
                        DecodeCache& cache);

// out [A, heads * head_dim].
void DecodeAttention(const at::Tensor& qkv_AS, int64_t heads, const ActiveRows& rows, int64_t step,
                     const DecodeCache& cache, at::Tensor& out_AS);

// The ATen implementation, for any device and dtype.
void DecodeAttentionGeneric(const at::Tensor& qkv_AS, int64_t heads, const ActiveRows& rows, int64_t step,
                            const DecodeCache& cache, at::Tensor& out_AS);

}  // namespace suite
