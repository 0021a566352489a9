#include "models/fake_device.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace suite {
namespace {

TEST(FakeDevice, ComputesAndRefusesMixtures) {
  const at::Tensor a = at::arange(6, at::kFloat).view({2, 3}), far = a.to(FakeDevice());
  EXPECT_FALSE(far.is_cpu());
  EXPECT_TRUE(at::equal(at::matmul(far, far.t()).cpu(), at::matmul(a, a.t())));
  EXPECT_EQ(far.sum().item<float>(), 15.0f);
  EXPECT_THROW(at::add(far, a), c10::Error);
  EXPECT_THROW(far.index_select(0, at::tensor({0, 1})), c10::Error);
}

}  // namespace
}  // namespace suite
