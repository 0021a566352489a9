#include "models/kernels/rms_norm.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

#include "models/llama/gradient_check.h"

namespace suite {
namespace {

constexpr double kEps = 1e-5;

struct Result {
  at::Tensor y, dx, dw;
};

// Forward and backward at the same inputs in `dtype`.
Result RunAt(int64_t rows, int64_t size, at::ScalarType dtype) {
  const at::Tensor x = NormalTensor({rows, size}, 1).mul(3.0).to(dtype).requires_grad_();
  const at::Tensor w = NormalTensor({size}, 2).to(dtype).requires_grad_();
  const at::Tensor y = RmsNorm(x, w, kEps);
  Weighted(y, 3).backward();
  return {y, x.grad(), w.grad()};
}

TEST(RmsNorm, IsTheFormulaByHand) {
  const at::Tensor x = at::tensor({3.0, 4.0}).view({1, 2}), w = at::tensor({2.0, -1.0});
  // mean of squares 12.5
  const at::Tensor expected = at::tensor({6.0 / std::sqrt(12.5), -4.0 / std::sqrt(12.5)}).view({1, 2});
  EXPECT_LT(LargestDifference(RmsNorm(x, w, 0.0), expected), 1e-15);
  EXPECT_LT(LargestDifference(RmsNorm(x.to(at::kFloat), w.to(at::kFloat), 0.0), expected), 2e-7);
}

// eps keeps a row of zeros at zero.
TEST(RmsNorm, ZeroRowsStayZero) {
  const at::Tensor x = at::tensor({0.0f, 0.0f}).view({1, 2}), w = at::tensor({2.0f, 1.0f});
  EXPECT_EQ(RmsNorm(x, w, kEps).abs().max().item<float>(), 0.0f);
}

TEST(RmsNorm, GradientsEqualFiniteDifferences) {
  const at::Tensor x = NormalTensor({3, 7}, 1).requires_grad_(), w = NormalTensor({7}, 2).requires_grad_();
  const auto loss = [&] { return Weighted(RmsNorm(x, w, kEps), 3); };
  EXPECT_LT(GradientError(loss, x), 1e-8);
  EXPECT_LT(GradientError(loss, w), 1e-8);
}

// 130 rows cross the grain of the thread pool; 61 columns leave a remainder for vectors of any width.
TEST(RmsNorm, KernelEqualsItsTwinInDouble) {
  for (const int64_t size : {1, 16, 61}) {
    const Result kernel = RunAt(130, size, at::kFloat), twin = RunAt(130, size, at::kDouble);
    EXPECT_EQ(kernel.y.scalar_type(), at::kFloat);
    EXPECT_LT(RelativeDifference(kernel.y, twin.y), 5e-7) << size;
    // A column of one normalises every row to +-1: the true gradient of x is almost nil, and only rounding is left.
    if (size > 1) {
      EXPECT_LT(RelativeDifference(kernel.dx, twin.dx), 1e-6) << size;
    }
    EXPECT_LT(RelativeDifference(kernel.dw, twin.dw), 2e-6) << size;
  }
}

// bfloat16 has 8 bits of precision: 2^-8 a rounding, three roundings in a product.
TEST(RmsNorm, Bfloat16TakesItsStatisticsInFloat) {
  const Result narrow = RunAt(5, 64, at::kBFloat16), wide = RunAt(5, 64, at::kDouble);
  EXPECT_EQ(narrow.y.scalar_type(), at::kBFloat16);
  EXPECT_EQ(narrow.dx.scalar_type(), at::kBFloat16);
  EXPECT_LT(RelativeDifference(narrow.y, wide.y), 0.012);
  EXPECT_LT(RelativeDifference(narrow.dx, wide.dx), 0.02);
  EXPECT_LT(RelativeDifference(narrow.dw, wide.dw), 0.02);
}

TEST(RmsNorm, RunsOnRowsThatAreNotContiguous) {
  const at::Tensor wide = NormalTensor({4, 12}, 5).to(at::kFloat), w = NormalTensor({6}, 6).to(at::kFloat);
  const at::Tensor part = wide.narrow(1, 3, 6);
  EXPECT_LT(LargestDifference(RmsNorm(part, w, kEps), RmsNorm(part.contiguous(), w, kEps)), 1e-6);
}

}  // namespace
}  // namespace suite
