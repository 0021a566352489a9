// For tests: random tensors that are the same everywhere, and gradients against finite differences.
//
//   at::Tensor x = NormalTensor({3, 5}, /*seed=*/1).requires_grad_();
//   EXPECT_LT(GradientError([&] { return Weighted(RmsNorm(x, weight, 1e-6), 2); }, x), 1e-7);
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

namespace suite {

// Standard normal numbers of the named stream "test", float64.
at::Tensor NormalTensor(const std::vector<int64_t>& shape, uint64_t seed);

// A scalar that depends on every element of x: its sum weighted with NormalTensor(shape of x, seed).
at::Tensor Weighted(const at::Tensor& x, uint64_t seed);

// The largest absolute difference of two tensors of one shape, taken in float64.
double LargestDifference(const at::Tensor& a, const at::Tensor& b);

// The same divided by the largest absolute value in b.
double RelativeDifference(const at::Tensor& a, const at::Tensor& b);

// Differentiates `loss` (a float64 scalar) with respect to the leaf `x` by the graph and by central differences;
// returns the largest difference relative to the largest entry. A step of 1e-5 leaves errors near 1e-9 in float64 when
// third derivatives are of order one.
double GradientError(const std::function<at::Tensor()>& loss, const at::Tensor& x, double step = 1e-5);

}  // namespace suite
