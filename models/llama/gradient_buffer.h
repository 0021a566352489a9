// Where a function may add the gradient of a trained weight itself, instead of handing autograd a tensor of the
// weight's size that is alive until the end of the backward pass (a tied head's waits for the embedding's).
//
//   at::Tensor buffer = GradientBuffer(weight);     // inside backward()
//   if (buffer.defined()) { buffer.add_(...); return at::Tensor(); }
//
// Only for weights with a gradient buffer (TrainableTensors): such a gradient is then added by backward(), never
// returned by torch::autograd::grad().
#pragma once

#include <ATen/core/Tensor.h>

namespace suite {

// The leaf's .grad, undefined where `weight` is no leaf or has none.
inline at::Tensor GradientBuffer(const at::Tensor& weight) {
  return weight.is_leaf() && weight.requires_grad() ? weight.grad() : at::Tensor();
}

}  // namespace suite
