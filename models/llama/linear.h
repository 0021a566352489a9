// y = x W^T + b, differentiable, with the products of models/kernels/matrix_product.h.
//
//   at::Tensor qkv_NS = Linear(x_NH, weight_SH, bias_S);
//   at::Tensor sum_NH = AddLinear(residual_NH, attended_NS, output_HS, {});
//
// Where autograd is off (a sampler, the inside of another function) nothing is kept.
#pragma once

#include <ATen/core/Tensor.h>

namespace suite {

// x [N, in], weight [out, in], bias [out] or undefined; one dtype.
at::Tensor Linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

// The same added to `residual` [N, out].
at::Tensor AddLinear(const at::Tensor& residual, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace suite
