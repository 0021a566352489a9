// Some rows of the head, for a policy whose answers need no other tokens (models/constraint).
//
//   LlamaTensors small = tensors;
//   small.head = HeadRows(tensors.head, vocabulary_U);       // logits [N, U] instead of [N, vocab]
//
// Differentiable: the gradient goes to those rows, straight into the gradient buffer where the head has one
// (gradient_buffer.h), so nothing of the head's size is made.
#pragma once

#include <ATen/core/Tensor.h>

namespace suite {

// `rows_U` int64, without repeats, on any device. [U, hidden].
at::Tensor HeadRows(const at::Tensor& head_VH, const at::Tensor& rows_U);

}  // namespace suite
