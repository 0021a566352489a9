// The sampler's attention (models/kernels/decode_attention.h) by the kernel of decode_attention.h. With --config=cuda
// sampler_attention.cc is compiled, no_sampler_attention.cc otherwise.
//
//   if (HasSamplerAttention(qkv, head_dim)) {
//     SamplerAttention(qkv, heads, rows, step, cache, out);      // same arguments, same result up to rounding
//   } else {
//     DecodeAttention(qkv, heads, rows, step, cache, out);
//   }
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "models/kernels/decode_attention.h"

namespace suite {

// qkv on a GPU, in float32 or bfloat16, heads no larger than the kernel takes.
bool HasSamplerAttention(const at::Tensor& qkv_AS, int64_t head_dim);

// `cache` must be one of EmptyCache(...) on that GPU: the kernel wants positions before heads.
void SamplerAttention(const at::Tensor& qkv_AS, int64_t heads, const ActiveRows& rows, int64_t step,
                      const DecodeCache& cache, at::Tensor& out_AS);

}  // namespace suite
