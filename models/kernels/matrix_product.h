// Matrix products of the forward and backward passes, and where they run.
//
//   ProductInto(x_MK, weight_NK.t(), &out_MN);        // out = x W^T
//   at::Tensor d_weight_NK = Product(dy_MN.t(), x_MK);
//
// LibTorch multiplies float32 matrices on the CPU with MKL, which does not use 512-bit vectors on every processor that
// has them; oneDNN, which LibTorch carries for bfloat16, does (measured on Zen 5: 230 GFLOP/s against 500). So float32
// on the CPU goes to oneDNN. Everything else is at::mm, which tests compare with; for bfloat16 that is oneDNN
// too.
//
// No graph: for autograd use models/llama/linear.h. Results depend on shapes and the number of threads, not on timing.
#pragma once

#include <ATen/core/Tensor.h>

namespace suite {

// a [M, K], b [K, N] of one dtype; either may be a transposed view.
at::Tensor Product(const at::Tensor& a_MK, const at::Tensor& b_KN);

// The same into `out` [M, N], contiguous.
void ProductInto(const at::Tensor& a_MK, const at::Tensor& b_KN, at::Tensor* out_MN);

// Adds the product to `out`.
void AddProduct(const at::Tensor& a_MK, const at::Tensor& b_KN, at::Tensor* out_MN);

}  // namespace suite
