// Root-mean-square normalisation, y = x / sqrt(mean(x^2) + eps) * weight, with its gradient.
//
//   at::Tensor y_NH = RmsNorm(x_NH, weight_H, 1e-6);
//
// x [N, hidden], any float dtype and device; y has the dtype of x; statistics are taken in float32 (float64 for
// float64) as transformers' LlamaRMSNorm does. CPU float32 runs a fused kernel, everything else ATen operators.
#pragma once

#include <ATen/core/Tensor.h>

namespace suite {

at::Tensor RmsNorm(const at::Tensor& x_NH, const at::Tensor& weight_H, double eps);

}  // namespace suite
