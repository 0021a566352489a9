#include "models/kernels/rms_norm.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "models/kernels/vector_math.h"

namespace suite {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kRowGrain = 64;

bool UsesKernel(const at::Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous();
}

at::ScalarType StatisticsType(const at::Tensor& x) { return x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat; }

SUITE_VECTOR_CLONES
void ForwardRow(const float* x, const float* w, int64_t size, float eps, float* y, float* inverse) {
  float squares = 0;
#pragma omp simd reduction(+ : squares)
  for (int64_t i = 0; i < size; ++i) squares += x[i] * x[i];
  const float r = 1.0f / std::sqrt(squares / static_cast<float>(size) + eps);
  for (int64_t i = 0; i < size; ++i) y[i] = x[i] * r * w[i];
  *inverse = r;
}

// dx = r (w dy - x_hat mean(w dy x_hat)),  dw += dy x_hat,  x_hat = x r.
SUITE_VECTOR_CLONES
void BackwardRow(const float* dy, const float* x, const float* w, int64_t size, float r, float* dx) {
  float dot = 0;
#pragma omp simd reduction(+ : dot)
  for (int64_t i = 0; i < size; ++i) dot += dy[i] * w[i] * x[i];
  const float scale = dot * r * r / static_cast<float>(size);
  for (int64_t i = 0; i < size; ++i) dx[i] = r * (dy[i] * w[i] - x[i] * scale);
}

SUITE_VECTOR_CLONES
void AddWeightGradient(const float* dy, const float* x, float r, int64_t begin, int64_t end, float* dw) {
  for (int64_t i = begin; i < end; ++i) dw[i] += dy[i] * x[i] * r;
}

std::pair<at::Tensor, at::Tensor> Forward(const at::Tensor& x, const at::Tensor& weight, double eps) {
  if (!UsesKernel(x)) {
    const at::Tensor wide = x.to(StatisticsType(x));
    const at::Tensor inverse = at::rsqrt(wide.square().mean(-1) + eps);
    return {weight * (wide * inverse.unsqueeze(-1)).to(x.scalar_type()), inverse};
  }
  const int64_t rows = x.size(0), size = x.size(1);
  at::Tensor y = at::empty_like(x), inverse = at::empty({rows}, x.options());
  const float *x_data = x.const_data_ptr<float>(), *w = weight.const_data_ptr<float>();
  float *y_data = y.mutable_data_ptr<float>(), *r = inverse.mutable_data_ptr<float>();
  at::parallel_for(0, rows, kRowGrain, [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n) {
      ForwardRow(x_data + n * size, w, size, static_cast<float>(eps), y_data + n * size, r + n);
    }
  });
  return {y, inverse};
}

std::pair<at::Tensor, at::Tensor> Backward(const at::Tensor& dy_any, const at::Tensor& x, const at::Tensor& weight,
                                           const at::Tensor& inverse) {
  const at::Tensor dy = dy_any.contiguous();
  if (!UsesKernel(x)) {
    const auto type = StatisticsType(x);
    const at::Tensor normalised = x.to(type) * inverse.unsqueeze(-1);
    const at::Tensor weighted = dy.to(type) * weight.to(type);
    const at::Tensor dx = inverse.unsqueeze(-1) * (weighted - normalised * (weighted * normalised).mean(-1, true));
    return {dx.to(x.scalar_type()), (dy.to(type) * normalised).sum(0).to(weight.scalar_type())};
  }
  const int64_t rows = x.size(0), size = x.size(1);
  at::Tensor dx = at::empty_like(x), dw = at::zeros_like(weight);
  const float *dy_data = dy.const_data_ptr<float>(), *x_data = x.const_data_ptr<float>();
  const float *w = weight.const_data_ptr<float>(), *r = inverse.const_data_ptr<float>();
  float *dx_data = dx.mutable_data_ptr<float>(), *dw_data = dw.mutable_data_ptr<float>();
  at::parallel_for(0, rows, kRowGrain, [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n) {
      BackwardRow(dy_data + n * size, x_data + n * size, w, size, r[n], dx_data + n * size);
    }
  });
  // Columns, not rows, are shared out, so that each sum has one order whatever the number of threads.
  at::parallel_for(0, size, 32, [&](int64_t begin, int64_t end) {
    for (int64_t n = 0; n < rows; ++n)
      AddWeightGradient(dy_data + n * size, x_data + n * size, r[n], begin, end, dw_data);
  });
  return {dx, dw};
}

struct RmsNormFunction : torch::autograd::Function<RmsNormFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, double eps) {
    auto [y, inverse] = Forward(x, weight, eps);
    context->save_for_backward({x, weight, inverse});
    return y;
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    auto [dx, dw] = Backward(gradients[0], saved[0], saved[1], saved[2]);
    return {dx, dw, at::Tensor()};
  }
};

}  // namespace

at::Tensor RmsNorm(const at::Tensor& x_NH, const at::Tensor& weight_H, double eps) {
  return RmsNormFunction::apply(x_NH, weight_H, eps);
}

}  // namespace suite
