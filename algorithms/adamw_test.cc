#include "algorithms/adamw.h"

#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

#include "algorithms/golden_cases.h"

namespace suite {
namespace {

// The printed algorithm in doubles.
struct Scalar {
  double p, m = 0, v = 0;
  int t = 0;
  void Step(double g, double lr, const AdamWConfig& c) {
    ++t;
    p -= lr * c.weight_decay * p;
    m = c.beta1 * m + (1 - c.beta1) * g;
    v = c.beta2 * v + (1 - c.beta2) * g * g;
    p -= lr * (m / (1 - std::pow(c.beta1, t))) / (std::sqrt(v / (1 - std::pow(c.beta2, t))) + c.eps);
  }
};

TEST(AdamWTest, FollowsTheAlgorithmInDouble) {
  const AdamWConfig config{0.9, 0.99, 1e-8, 0.1};
  const std::vector<at::Tensor> parameters = {at::tensor(std::vector<double>{1.5}),
                                              at::tensor(std::vector<double>{-2.0})};
  AdamWState state = MakeAdamWState(parameters);
  Scalar first{1.5}, second{-2.0};
  for (double g : {0.3, -1.0, 0.0, 2.5}) {
    AdamWStep(parameters, {at::tensor(std::vector<double>{g}), at::tensor(std::vector<double>{-2 * g})}, 0.01, config,
              &state);
    first.Step(g, 0.01, config);
    second.Step(-2 * g, 0.01, config);
    EXPECT_NEAR(parameters[0].item<double>(), first.p, 1e-12);
    EXPECT_NEAR(parameters[1].item<double>(), second.p, 1e-12);
  }
  EXPECT_EQ(state.step, 4);
}

TEST(AdamWTest, WorksOnLeavesThatRequireGradients) {
  const std::vector<at::Tensor> parameters = {at::tensor(std::vector<float>{1.0f}).requires_grad_(true)};
  AdamWState state = MakeAdamWState(parameters);
  AdamWStep(parameters, {at::tensor(std::vector<float>{4.0f})}, 0.1, {}, &state);
  // The first update is lr times the sign of the gradient.
  EXPECT_NEAR(parameters[0].item<float>(), 0.9, 1e-6);
  EXPECT_TRUE(parameters[0].requires_grad());
  EXPECT_FALSE(state.first_moment[0].requires_grad());
}

TEST(AdamWTest, ClipUsesTheNormOverAllTensors) {
  const std::vector<at::Tensor> gradients = {at::tensor(std::vector<double>{3.0}),
                                             at::tensor(std::vector<double>{0.0, 4.0})};
  EXPECT_DOUBLE_EQ(ClipGradientNorm(gradients, 10.0), 5.0);
  EXPECT_EQ(gradients[0].item<double>(), 3.0);
  EXPECT_DOUBLE_EQ(ClipGradientNorm(gradients, 1.0), 5.0);
  EXPECT_NEAR(gradients[0].item<double>(), 3.0 / 5.000001, 1e-15);
  EXPECT_NEAR(gradients[1][1].item<double>(), 4.0 / 5.000001, 1e-15);
}

// All parameters of a model may lie in one flat tensor.
TEST(AdamWTest, NormOfManyElementsKeepsItsDigits) {
  const int64_t count = (int64_t{1} << 25) + 3;
  const at::Tensor many = at::full({count}, 0.1, at::TensorOptions().dtype(at::kFloat));
  const double expected = static_cast<double>(0.1f) * std::sqrt(static_cast<double>(count));
  EXPECT_NEAR(GradientNorm({many}), expected, 1e-5 * expected);
}

}  // namespace
}  // namespace suite
