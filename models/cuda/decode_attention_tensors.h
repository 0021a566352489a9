// The arguments of decode_attention.h as tensors, and how the sampler's cache gives them.
//
//   DecodeAttentionTensors tensors = TensorsOfSampler(qkv, heads, rows, step, cache);
//   at::Tensor all_RHD = DecodeAttentionCuda(tensors, scale);               // decode_attention_op.h
//   RowsOfSampler(all_RHD, rows)                                            // [A, heads * head_dim]
//
// Nothing here needs CUDA. Legend as in decode_attention.h.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "models/kernels/decode_attention.h"

namespace suite {

// Contiguous tensors on one device; `q` and the keys and values all float32 or all bfloat16.
struct DecodeAttentionTensors {
  at::Tensor q_RHD;
  at::Tensor prompt_k;       // [B, P, Hkv, D]
  at::Tensor prompt_v;       // [B, P, Hkv, D]
  at::Tensor prompt_length;  // [B] int32
  at::Tensor own_k;          // [R, T, Hkv, D]
  at::Tensor own_v;          // [R, T, Hkv, D]
  at::Tensor own_length;     // [R] int32, the current token included
  at::Tensor group;          // [R] int32
};

// `cache` lies with positions before heads, as EmptyCache's does on a GPU; keys and values are views of it. The kernel
// takes a row for each sequence of the cache: those that have ended get a query of zeros and no keys of their own.
DecodeAttentionTensors TensorsOfSampler(const at::Tensor& qkv_AS, int64_t heads, const ActiveRows& rows, int64_t step,
                                        const DecodeCache& cache);

// Those of the active rows, heads side by side.
at::Tensor RowsOfSampler(const at::Tensor& all_RHD, const ActiveRows& rows);

}  // namespace suite
