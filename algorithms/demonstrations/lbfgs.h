// L-BFGS for smooth convex functions that are too dear for many evaluations.
//
//   LbfgsResult fit = MinimizeLbfgs(
//       [&](const at::Tensor& x_P, at::Tensor* gradient_P) { ...; return value; }, start_P, {});
//
// Two-loop recursion over the last `memory` pairs (Nocedal and Wright, "Numerical Optimization", 2nd ed., algorithms
// 7.4 and 7.5) and a backtracking line search for sufficient decrease (algorithm 3.1, c = 1e-4, halving). A pair whose
// curvature is not positive is left out, so every direction descends. Stops as soon as one holds, checked in this
// order before each iteration: max |g| <= gradient_tolerance x max |g at the start|; `max_iterations` are made; no step
// down to 2^-40 of the full one decreases the function (rounding is all that is left).
//
// Deterministic: the same function and start give the same bits.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace suite {

struct LbfgsOptions {
  int64_t max_iterations = 100;
  double gradient_tolerance = 1e-4;  // relative to the gradient at the start; largest absolute entry
  int64_t memory = 10;
};

struct LbfgsResult {
  at::Tensor x_P;
  std::vector<double> values;  // at the start and after each iteration: never rises
  std::string stopped_by;      // "gradient", "iterations", "no decrease"
  int64_t evaluations = 0;
};

// Value at x [P] (float64); writes the gradient [P].
using DifferentiableFunction = std::function<double(const at::Tensor& x_P, at::Tensor* gradient_P)>;

LbfgsResult MinimizeLbfgs(const DifferentiableFunction& function, const at::Tensor& start_P,
                          const LbfgsOptions& options);

}  // namespace suite
