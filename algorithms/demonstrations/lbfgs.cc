#include "algorithms/demonstrations/lbfgs.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <deque>

#include "base/check.h"

namespace suite {
namespace {

constexpr double kSufficientDecrease = 1e-4;
constexpr int kMostHalvings = 40;

double Dot(const at::Tensor& a, const at::Tensor& b) { return at::dot(a, b).item<double>(); }
double LargestEntry(const at::Tensor& v) { return v.abs().max().item<double>(); }

struct Pair {
  at::Tensor step_P, change_P;  // of x, of the gradient
  double curvature;             // step . change
};

// - H g, H the inverse Hessian that the pairs speak of.
at::Tensor Direction(const std::deque<Pair>& pairs, const at::Tensor& gradient_P) {
  at::Tensor q_P = gradient_P.clone();
  std::vector<double> alpha(pairs.size());
  for (size_t i = pairs.size(); i-- > 0;) {
    alpha[i] = Dot(pairs[i].step_P, q_P) / pairs[i].curvature;
    q_P.sub_(pairs[i].change_P, alpha[i]);
  }
  if (pairs.empty()) {
    q_P.div_(std::max(1.0, gradient_P.norm().item<double>()));
  } else {
    q_P.mul_(pairs.back().curvature / Dot(pairs.back().change_P, pairs.back().change_P));
  }
  for (size_t i = 0; i < pairs.size(); ++i) {
    const double beta = Dot(pairs[i].change_P, q_P) / pairs[i].curvature;
    q_P.add_(pairs[i].step_P, alpha[i] - beta);
  }
  return q_P.neg_();
}

}  // namespace

LbfgsResult MinimizeLbfgs(const DifferentiableFunction& function, const at::Tensor& start_P,
                          const LbfgsOptions& options) {
  SUITE_CHECK_GE(options.memory, 1);
  LbfgsResult result;
  result.x_P = start_P.to(at::kDouble).clone();
  at::Tensor gradient_P;
  result.values.push_back(function(result.x_P, &gradient_P));
  result.evaluations = 1;
  const double enough = options.gradient_tolerance * LargestEntry(gradient_P);
  std::deque<Pair> pairs;
  for (int64_t iteration = 0;; ++iteration) {
    result.stopped_by = LargestEntry(gradient_P) <= enough ? "gradient" : "iterations";
    if (result.stopped_by == "gradient" || iteration == options.max_iterations) return result;
    const at::Tensor direction_P = Direction(pairs, gradient_P);
    const double slope = Dot(direction_P, gradient_P), before = result.values.back();
    double length = 1, value = before;
    at::Tensor next_P, next_gradient_P;
    int halvings = 0;
    for (; halvings <= kMostHalvings; ++halvings, length /= 2) {
      next_P = result.x_P.add(direction_P, length);
      value = function(next_P, &next_gradient_P);
      ++result.evaluations;
      if (std::isfinite(value) && value < before && value <= before + kSufficientDecrease * length * slope) break;
    }
    if (halvings > kMostHalvings) {
      result.stopped_by = "no decrease";
      return result;
    }
    const Pair pair = {next_P - result.x_P, next_gradient_P - gradient_P, 0};
    const double curvature = Dot(pair.step_P, pair.change_P);
    if (curvature > 1e-12 * Dot(pair.change_P, pair.change_P)) pairs.push_back({pair.step_P, pair.change_P, curvature});
    if (static_cast<int64_t>(pairs.size()) > options.memory) pairs.pop_front();
    result.x_P = next_P;
    gradient_P = next_gradient_P;
    result.values.push_back(value);
  }
}

}  // namespace suite
