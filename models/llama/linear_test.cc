#include "models/llama/linear.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>

#include "models/llama/gradient_check.h"

namespace suite {
namespace {

struct Inputs {
  at::Tensor residual, x, weight, bias;
};

Inputs MakeInputs(int64_t rows, bool with_bias) {
  Inputs in = {NormalTensor({rows, 6}, 1).to(at::kFloat),
               NormalTensor({rows, 5}, 2).to(at::kFloat),
               NormalTensor({6, 5}, 3).to(at::kFloat),
               {}};
  if (with_bias) in.bias = NormalTensor({6}, 4).to(at::kFloat);
  for (at::Tensor* tensor : {&in.residual, &in.x, &in.weight}) tensor->requires_grad_();
  if (with_bias) in.bias.requires_grad_();
  return in;
}

at::Tensor Plain(const Inputs& in) {
  const at::Tensor y = at::mm(in.x, in.weight.t());
  return in.bias.defined() ? y + in.bias : y;
}

// Gradients of a loss that weighs every output differently.
std::vector<at::Tensor> Gradients(const at::Tensor& y, const Inputs& in) {
  (y * NormalTensor(y.sizes().vec(), 9).to(y.scalar_type())).sum().backward();
  std::vector<at::Tensor> gradients;
  for (const at::Tensor& tensor : {in.residual, in.x, in.weight, in.bias}) {
    if (tensor.defined() && tensor.grad().defined()) gradients.push_back(tensor.grad().clone());
    if (tensor.defined()) tensor.mutable_grad().reset();
  }
  return gradients;
}

void ExpectClose(const std::vector<at::Tensor>& found, const std::vector<at::Tensor>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) EXPECT_TRUE(at::allclose(found[i], expected[i], 1e-5, 1e-5)) << i;
}

TEST(Linear, EqualsLibTorchForwardAndBackward) {
  for (const bool with_bias : {false, true}) {
    for (const int64_t rows : {1, 7, 100}) {
      const Inputs in = MakeInputs(rows, with_bias);
      const at::Tensor y = Linear(in.x, in.weight, in.bias), sum = AddLinear(in.residual, in.x, in.weight, in.bias);
      EXPECT_TRUE(at::allclose(y, Plain(in), 1e-5, 1e-5));
      EXPECT_TRUE(at::allclose(sum, in.residual + Plain(in), 1e-5, 1e-5));
      ExpectClose(Gradients(y, in), Gradients(Plain(in), in));
      ExpectClose(Gradients(sum, in), Gradients(in.residual + Plain(in), in));
    }
  }
}

TEST(Linear, SameNumbersWithoutAGraph) {
  const Inputs in = MakeInputs(7, true);
  const at::Tensor y = Linear(in.x, in.weight, in.bias), sum = AddLinear(in.residual, in.x, in.weight, in.bias);
  const c10::NoGradGuard no_graph;
  const at::Tensor residual = in.residual.clone();
  EXPECT_TRUE(at::equal(Linear(in.x, in.weight, in.bias), y));
  EXPECT_TRUE(at::equal(AddLinear(in.residual, in.x, in.weight, in.bias), sum));
  EXPECT_TRUE(at::equal(in.residual, residual));  // not written to
}

}  // namespace
}  // namespace suite
