// That the LibTorch the build found is the pinned one, and that its headers and libraries fit together.
#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>
#include <gtest/gtest.h>
#include <torch/headeronly/version.h>

#include <string>

namespace suite {
namespace {

TEST(LibTorch, IsThePinnedVersion) { EXPECT_EQ(std::string(TORCH_VERSION), "2.11.0"); }

TEST(LibTorch, Differentiates) {
  const at::Tensor x = at::arange(1, 4, at::kDouble).requires_grad_();
  x.mul(x).sum().backward();
  EXPECT_EQ(x.grad().sum().item<double>(), 12.0);  // 2 * (1 + 2 + 3)
}

TEST(LibTorch, ThrowsAcrossTheLibrary) { EXPECT_THROW(at::arange(3).view({2, 2}), c10::Error); }

}  // namespace
}  // namespace suite
