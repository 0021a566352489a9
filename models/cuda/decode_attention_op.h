// decode_attention.h on tensors: checks shapes and types, allocates the result, launches on the current stream.
//
//   at::Tensor out_RHD = DecodeAttentionCuda(
//       {q_RHD, prompt_k, prompt_v, prompt_length, own_k, own_v, own_length, group}, 1 / std::sqrt(D));
//
// Not differentiable: it is for sampling. Legend as in decode_attention.h.
#pragma once

#include <ATen/core/Tensor.h>

#include "models/cuda/decode_attention_tensors.h"

namespace suite {

// Returns [R, H, D] of q's type. Another shape, type or place of a tensor is a bug and aborts. Lengths and groups lie
// on the device and are not checked.
at::Tensor DecodeAttentionCuda(const DecodeAttentionTensors& tensors, double scale);

}  // namespace suite
