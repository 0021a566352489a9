#include "models/kernels/matrix_product.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <tuple>

#include "models/llama/gradient_check.h"

namespace suite {
namespace {

// Layouts of the forward pass, of the gradient of its input, and of that of its weight.
enum class Layout { kWeightTransposed, kPlain, kInputTransposed };

struct Operands {
  at::Tensor a, b;
};

Operands MakeOperands(int64_t m, int64_t k, int64_t n, Layout layout, at::ScalarType dtype) {
  const at::Tensor a = NormalTensor({m, k}, 1).to(dtype), b = NormalTensor({k, n}, 2).to(dtype);
  if (layout == Layout::kWeightTransposed) return {a, b.t().contiguous().t()};
  if (layout == Layout::kInputTransposed) return {a.t().contiguous().t(), b};
  return {a, b};
}

using Case = std::tuple<int64_t, Layout>;

class MatrixProductTest : public testing::TestWithParam<Case> {};

// Rows on both sides of every change of path.
INSTANTIATE_TEST_SUITE_P(AllPaths, MatrixProductTest,
                         testing::Combine(testing::Values(1, 4, 5, 32, 96, 97, 300),
                                          testing::Values(Layout::kWeightTransposed, Layout::kPlain,
                                                          Layout::kInputTransposed)));

TEST_P(MatrixProductTest, EqualsDoublePrecision) {
  const auto& [m, layout] = GetParam();
  for (const int64_t n : {3, 64, 130}) {
    const Operands x = MakeOperands(m, 48, n, layout, at::kFloat);
    const at::Tensor expected = at::mm(x.a.to(at::kDouble), x.b.to(at::kDouble));
    const at::Tensor found = Product(x.a, x.b);
    EXPECT_TRUE(found.is_contiguous());
    // 48 terms of order 1: a few units of the last place of the sum of their sizes.
    EXPECT_LT((found.to(at::kDouble) - expected).abs().max().item<double>(), 2e-5);
    at::Tensor sum = at::ones_like(found);
    AddProduct(x.a, x.b, &sum);
    EXPECT_LT((sum.to(at::kDouble) - expected - 1).abs().max().item<double>(), 2e-5);
  }
}

TEST_P(MatrixProductTest, SameBitsEveryTime) {
  const auto& [m, layout] = GetParam();
  const Operands x = MakeOperands(m, 48, 130, layout, at::kFloat);
  EXPECT_TRUE(at::equal(Product(x.a, x.b), Product(x.a, x.b)));
}

TEST_P(MatrixProductTest, OtherTypesAreLibTorchs) {
  const auto& [m, layout] = GetParam();
  for (const at::ScalarType dtype : {at::kDouble, at::kBFloat16}) {
    const Operands x = MakeOperands(m, 48, 64, layout, dtype);
    EXPECT_TRUE(at::equal(Product(x.a, x.b), at::mm(x.a, x.b)));
  }
}

TEST(MatrixProduct, WritesIntoAPartOfABlock) {
  const Operands x = MakeOperands(40, 16, 64, Layout::kWeightTransposed, at::kFloat);
  at::Tensor block = at::zeros({50, 64});
  at::Tensor part = block.narrow(0, 0, 40);
  ProductInto(x.a, x.b, &part);
  EXPECT_TRUE(at::allclose(part, at::mm(x.a, x.b), 1e-5, 1e-5));
  EXPECT_EQ(block.narrow(0, 40, 10).abs().max().item<float>(), 0.0f);
}

TEST(MatrixProduct, NoRows) {
  const at::Tensor none = Product(at::empty({0, 8}), at::empty({8, 4}));
  EXPECT_EQ(none.sizes(), at::IntArrayRef({0, 4}));
}

}  // namespace
}  // namespace suite
