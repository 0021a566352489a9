#include "models/kernels/swiglu.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>

#include <cmath>

#include "models/llama/gradient_check.h"

namespace suite {
namespace {

struct Result {
  at::Tensor h, d_gate_up;
};

Result RunAt(int64_t rows, int64_t size, at::ScalarType dtype) {
  const at::Tensor x = NormalTensor({rows, 2 * size}, 1).mul(4.0).to(dtype).requires_grad_();
  const at::Tensor h = SwiGlu(x);
  Weighted(h, 2).backward();
  return {h, x.grad()};
}

TEST(SwiGlu, IsTheFormulaByHand) {
  // Gates 0 and ln 3 (sigmoid 3/4), up 5 and 2.
  const at::Tensor x = at::tensor({0.0, std::log(3.0), 5.0, 2.0}).view({1, 4});
  const at::Tensor expected = at::tensor({0.0, 1.5 * std::log(3.0)}).view({1, 2});
  EXPECT_LT(LargestDifference(SwiGlu(x), expected), 1e-15);
  EXPECT_LT(LargestDifference(SwiGlu(x.to(at::kFloat)), expected), 3e-7);
}

// Far out the gate is open or shut: silu(g) is g or almost 0, and nothing overflows.
TEST(SwiGlu, SaturatesWithoutOverflow) {
  const at::Tensor x = at::tensor({200.0f, -200.0f, 1e30f, 3.0f, 3.0f, 1.0f}).view({1, 6}).requires_grad_();
  const at::Tensor h = SwiGlu(x);
  h.sum().backward();
  const at::Tensor expected = at::tensor({600.0f, 0.0f, 1e30f}).view({1, 3});
  EXPECT_LT(LargestDifference(h, expected), 1e-30);
  EXPECT_TRUE(x.grad().isfinite().all().item<bool>());
}

TEST(SwiGlu, GradientsEqualFiniteDifferences) {
  const at::Tensor x = NormalTensor({3, 10}, 1).requires_grad_();
  EXPECT_LT(GradientError([&] { return Weighted(SwiGlu(x), 2); }, x), 1e-8);
}

// 70 rows cross the grain of the thread pool; 37 columns leave a remainder for vectors of any width.
TEST(SwiGlu, KernelEqualsItsTwinInDouble) {
  for (const int64_t size : {1, 16, 37}) {
    const Result kernel = RunAt(70, size, at::kFloat), twin = RunAt(70, size, at::kDouble);
    EXPECT_LT(RelativeDifference(kernel.h, twin.h), 5e-7) << size;
    EXPECT_LT(RelativeDifference(kernel.d_gate_up, twin.d_gate_up), 5e-7) << size;
  }
}

TEST(SwiGlu, Bfloat16Runs) {
  const Result narrow = RunAt(5, 32, at::kBFloat16), wide = RunAt(5, 32, at::kDouble);
  EXPECT_EQ(narrow.h.scalar_type(), at::kBFloat16);
  EXPECT_EQ(narrow.d_gate_up.scalar_type(), at::kBFloat16);
  EXPECT_LT(RelativeDifference(narrow.h, wide.h), 0.015);
  EXPECT_LT(RelativeDifference(narrow.d_gate_up, wide.d_gate_up), 0.03);
}

TEST(SwiGlu, GivesTheSameBitsWithoutAGraph) {
  const at::Tensor x = NormalTensor({9, 46}, 4).to(at::kFloat);
  const at::Tensor with_graph = SwiGlu(x);
  const c10::NoGradGuard no_graph;
  EXPECT_TRUE(SwiGlu(x).equal(with_graph));
}

}  // namespace
}  // namespace suite
