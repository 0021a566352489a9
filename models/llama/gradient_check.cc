#include "models/llama/gradient_check.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>

#include "base/check.h"
#include "base/random.h"

namespace suite {

at::Tensor NormalTensor(const std::vector<int64_t>& shape, uint64_t seed) {
  at::Tensor x = at::empty(shape, at::kDouble);
  RandomStream stream(seed, "test");
  double* data = x.mutable_data_ptr<double>();
  for (int64_t i = 0; i < x.numel(); ++i) data[i] = stream.Normal();
  return x;
}

at::Tensor Weighted(const at::Tensor& x, uint64_t seed) {
  return (x * NormalTensor(x.sizes().vec(), seed).to(x.scalar_type())).sum();
}

double LargestDifference(const at::Tensor& a, const at::Tensor& b) {
  SUITE_CHECK(a.sizes() == b.sizes());
  return (a.detach().to(at::kDouble) - b.detach().to(at::kDouble)).abs().max().item<double>();
}

double RelativeDifference(const at::Tensor& a, const at::Tensor& b) {
  return LargestDifference(a, b) / b.detach().to(at::kDouble).abs().max().item<double>();
}

double GradientError(const std::function<at::Tensor()>& loss, const at::Tensor& x, double step) {
  SUITE_CHECK(x.scalar_type() == at::kDouble && x.is_contiguous() && x.is_leaf());
  if (x.grad().defined()) x.mutable_grad().zero_();
  loss().backward();
  const at::Tensor found = x.grad().clone();
  // Thousands of tiny evaluations, none worth waking a second thread for.
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  at::Tensor expected = at::zeros_like(x);
  const c10::NoGradGuard no_graph;
  double *data = x.mutable_data_ptr<double>(), *slope = expected.mutable_data_ptr<double>();
  for (int64_t i = 0; i < x.numel(); ++i) {
    const double kept = data[i];
    data[i] = kept + step;
    const double above = loss().item<double>();
    data[i] = kept - step;
    slope[i] = (above - loss().item<double>()) / (2 * step);
    data[i] = kept;
  }
  at::set_num_threads(threads);
  return RelativeDifference(found, expected);
}

}  // namespace suite
