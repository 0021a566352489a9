#include "models/kernels/wide_row.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "models/llama/gradient_check.h"

namespace suite {
namespace {

// LibTorch's own conversion is the twin: numbers of all sizes, both kinds of tie, the largest number, infinity, zeros.
TEST(WideRow, NarrowsAndWidensAsLibTorch) {
  const float ulp = std::ldexp(1.0f, -7);
  const at::Tensor special =
      at::tensor({1.0f + 0.5f * ulp, 1.0f + 1.5f * ulp, -1.0f - 0.5f * ulp, std::numeric_limits<float>::max(),
                  std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(), 0.0f, -0.0f,
                  std::numeric_limits<float>::denorm_min()});
  const at::Tensor normal = NormalTensor({1000}, 1).to(at::kFloat);
  const at::Tensor x = at::cat({special, normal, normal.mul(1e30f), normal.mul(1e-38f)});
  at::Tensor narrow = at::empty(x.sizes(), at::kBFloat16), wide = at::empty_like(x);
  NarrowRow(x.const_data_ptr<float>(), x.numel(), narrow.mutable_data_ptr<at::BFloat16>());
  EXPECT_TRUE(at::equal(narrow, x.to(at::kBFloat16)));
  WidenRow(narrow.const_data_ptr<at::BFloat16>(), x.numel(), wide.mutable_data_ptr<float>());
  EXPECT_TRUE(at::equal(wide, x.to(at::kBFloat16).to(at::kFloat)));
}

TEST(WideRow, NanStaysNan) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  at::BFloat16 narrow;
  NarrowRow(&nan, 1, &narrow);
  EXPECT_TRUE(std::isnan(static_cast<float>(narrow)));
}

TEST(WideRow, FloatRowsAreUsedWhereTheyLie) {
  float row[3] = {1, 2, 3};
  WideRow<float> wide(3);
  EXPECT_EQ(wide.Read(row), row);
  EXPECT_EQ(wide.Target(row), row);
}

TEST(WideRow, EditChangesARowInPlace) {
  at::Tensor row = at::tensor({1.0f, 2.0f}).to(at::kBFloat16);
  WideRow<at::BFloat16> wide(2);
  wide.Edit(row.mutable_data_ptr<at::BFloat16>())[1] = 5;
  wide.Store(row.mutable_data_ptr<at::BFloat16>());
  EXPECT_TRUE(at::equal(row.to(at::kFloat), at::tensor({1.0f, 5.0f})));
}

}  // namespace
}  // namespace suite
