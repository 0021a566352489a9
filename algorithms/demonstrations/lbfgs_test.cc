#include "algorithms/demonstrations/lbfgs.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace suite {
namespace {

// 1/2 sum_i i (x_i - i)^2, i = 1 .. 30: its minimum is x_i = i.
double Bowl(const at::Tensor& x_P, at::Tensor* gradient_P) {
  const at::Tensor i_P = at::arange(1, x_P.size(0) + 1, at::kDouble);
  *gradient_P = i_P * (x_P - i_P);
  return 0.5 * (i_P * (x_P - i_P).square()).sum().item<double>();
}

double Rosenbrock(const at::Tensor& x_P, at::Tensor* gradient_P) {
  const double x = x_P[0].item<double>(), y = x_P[1].item<double>();
  *gradient_P = at::tensor(std::vector<double>{-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)});
  return (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x);
}

TEST(Lbfgs, FindsTheMinimumOfABowl) {
  LbfgsOptions options;
  options.gradient_tolerance = 1e-9;
  const LbfgsResult result = MinimizeLbfgs(Bowl, at::zeros({30}, at::kDouble), options);
  EXPECT_EQ(result.stopped_by, "gradient");
  EXPECT_TRUE(result.x_P.allclose(at::arange(1, 31, at::kDouble), 0, 1e-5));
  EXPECT_LT(result.values.size(), 60u);
  EXPECT_TRUE(std::is_sorted(result.values.rbegin(), result.values.rend()));
}

TEST(Lbfgs, FollowsACurvedValley) {
  LbfgsOptions options;
  options.gradient_tolerance = 1e-8;
  const LbfgsResult result = MinimizeLbfgs(Rosenbrock, at::tensor(std::vector<double>{-1.2, 1.0}), options);
  EXPECT_EQ(result.stopped_by, "gradient");
  EXPECT_NEAR(result.x_P[0].item<double>(), 1, 1e-5);
  EXPECT_NEAR(result.x_P[1].item<double>(), 1, 1e-5);
}

TEST(Lbfgs, SaysWhyItStopped) {
  LbfgsOptions options;
  options.max_iterations = 3;
  const LbfgsResult result = MinimizeLbfgs(Bowl, at::zeros({30}, at::kDouble), options);
  EXPECT_EQ(result.stopped_by, "iterations");
  EXPECT_EQ(result.values.size(), 4u);
  // At the minimum nothing decreases, but the gradient, being zero, says so first.
  EXPECT_EQ(MinimizeLbfgs(Bowl, at::arange(1, 31, at::kDouble), {}).stopped_by, "gradient");
  // A gradient that points the wrong way: no step helps.
  const auto wrong = [](const at::Tensor& x_P, at::Tensor* gradient_P) {
    const double value = Bowl(x_P, gradient_P);
    gradient_P->neg_();
    return value;
  };
  EXPECT_EQ(MinimizeLbfgs(wrong, at::zeros({30}, at::kDouble), {}).stopped_by, "no decrease");
}

}  // namespace
}  // namespace suite
