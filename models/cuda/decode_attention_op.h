// decode_attention.h on tensors: checks shapes and types, allocates the result, launches on the current stream.
//
//   at::Tensor out_RHD = DecodeAttentionCuda({q_RHD, prompt_k, prompt_v, prompt_length, own_k, own_v, own_length,
//   group},
//                                            1 / std::sqrt(D));
//
// Not differentiable: it is for sampling. Legend as in decode_attention.h.
#pragma once

#include <ATen/core/Tensor.h>

namespace suite {

// Contiguous CUDA tensors on one device; `q` and the keys and values all float32 or all bfloat16.
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

// Returns [R, H, D] of q's type. Another shape, type or place of a tensor is a bug and aborts. Lengths and groups lie
// on the device and are not checked.
at::Tensor DecodeAttentionCuda(const DecodeAttentionTensors& tensors, double scale);

}  // namespace suite
