#include "models/kernels/rms_norm.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "models/kernels/vector_math.h"
#include "models/kernels/wide_row.h"

namespace suite {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kRowGrain = 64;

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
void AddWeightGradient(const float* dy, const float* x, float r, int64_t size, float* dw) {
  for (int64_t i = 0; i < size; ++i) dw[i] += dy[i] * x[i] * r;
}

template <typename T>
void ForwardRows(const at::Tensor& x, const at::Tensor& weight, double eps, at::Tensor* y, at::Tensor* inverse) {
  const int64_t rows = x.size(0), size = x.size(1);
  WideRow<T> wide_weight(size);
  const float* w = wide_weight.Read(weight.const_data_ptr<T>());
  const T* x_data = x.const_data_ptr<T>();
  T* y_data = y->mutable_data_ptr<T>();
  float* r = inverse->mutable_data_ptr<float>();
  at::parallel_for(0, rows, kRowGrain, [&](int64_t begin, int64_t end) {
    WideRow<T> in(size), out(size);
    for (int64_t n = begin; n < end; ++n) {
      const float* row = in.Read(x_data + n * size);
      ForwardRow(row, w, size, static_cast<float>(eps), out.Target(y_data + n * size), r + n);
      out.Store(y_data + n * size);
    }
  });
}

// Columns, not rows, are shared out, so that each sum has one order whatever the number of threads.
template <typename T>
void AddWeightGradients(const T* dy, const T* x, const float* r, int64_t rows, int64_t size, float* dw) {
  at::parallel_for(0, size, 32, [&](int64_t begin, int64_t end) {
    WideRow<T> in(end - begin), gradient(end - begin);
    for (int64_t n = 0; n < rows; ++n) {
      const int64_t at = n * size + begin;
      AddWeightGradient(gradient.Read(dy + at), in.Read(x + at), r[n], end - begin, dw + begin);
    }
  });
}

template <typename T>
void BackwardRows(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& inverse,
                  at::Tensor* dx, at::Tensor* dw) {
  const int64_t rows = x.size(0), size = x.size(1);
  WideRow<T> wide_weight(size);
  const float* w = wide_weight.Read(weight.const_data_ptr<T>());
  const T *dy_data = dy.const_data_ptr<T>(), *x_data = x.const_data_ptr<T>();
  const float* r = inverse.const_data_ptr<float>();
  T* dx_data = dx->mutable_data_ptr<T>();
  at::parallel_for(0, rows, kRowGrain, [&](int64_t begin, int64_t end) {
    WideRow<T> in(size), gradient(size), out(size);
    for (int64_t n = begin; n < end; ++n) {
      BackwardRow(gradient.Read(dy_data + n * size), in.Read(x_data + n * size), w, size, r[n],
                  out.Target(dx_data + n * size));
      out.Store(dx_data + n * size);
    }
  });
  AddWeightGradients(dy_data, x_data, r, rows, size, dw->mutable_data_ptr<float>());
}

std::pair<at::Tensor, at::Tensor> Forward(const at::Tensor& x, const at::Tensor& weight, double eps) {
  if (!IsKernelInput(x)) {
    const at::Tensor wide = x.to(StatisticsType(x));
    const at::Tensor inverse = at::rsqrt(wide.square().mean(-1) + eps);
    return {weight * (wide * inverse.unsqueeze(-1)).to(x.scalar_type()), inverse};
  }
  at::Tensor y = at::empty_like(x), inverse = at::empty({x.size(0)}, x.options().dtype(at::kFloat));
  if (x.scalar_type() == at::kFloat) {
    ForwardRows<float>(x, weight, eps, &y, &inverse);
  } else {
    ForwardRows<at::BFloat16>(x, weight, eps, &y, &inverse);
  }
  return {y, inverse};
}

std::pair<at::Tensor, at::Tensor> Backward(const at::Tensor& dy_any, const at::Tensor& x, const at::Tensor& weight,
                                           const at::Tensor& inverse) {
  const at::Tensor dy = dy_any.contiguous();
  if (!IsKernelInput(x)) {
    const auto type = StatisticsType(x);
    const at::Tensor normalised = x.to(type) * inverse.unsqueeze(-1);
    const at::Tensor weighted = dy.to(type) * weight.to(type);
    const at::Tensor dx = inverse.unsqueeze(-1) * (weighted - normalised * (weighted * normalised).mean(-1, true));
    return {dx.to(x.scalar_type()), (dy.to(type) * normalised).sum(0).to(weight.scalar_type())};
  }
  at::Tensor dx = at::empty_like(x), dw = at::zeros({x.size(1)}, x.options().dtype(at::kFloat));
  if (x.scalar_type() == at::kFloat) {
    BackwardRows<float>(dy, x, weight, inverse, &dx, &dw);
  } else {
    BackwardRows<at::BFloat16>(dy, x, weight, inverse, &dx, &dw);
  }
  return {dx, dw.to(weight.scalar_type())};
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
