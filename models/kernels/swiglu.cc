#include "models/kernels/swiglu.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "models/kernels/vector_math.h"
#include "models/kernels/wide_row.h"

namespace suite {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kRowGrain = 32;

SUITE_VECTOR_CLONES
void ForwardRow(const float* gate, const float* up, int64_t size, float* out) {
  for (int64_t i = 0; i < size; ++i) out[i] = gate[i] * VectorSigmoid(gate[i]) * up[i];
}

// silu'(g) = s + g s (1 - s), s = sigmoid(g).
SUITE_VECTOR_CLONES
void BackwardRow(const float* dh, const float* gate, const float* up, int64_t size, float* d_gate, float* d_up) {
  for (int64_t i = 0; i < size; ++i) {
    const float s = VectorSigmoid(gate[i]);
    d_gate[i] = dh[i] * up[i] * (s + gate[i] * s * (1.0f - s));
    d_up[i] = dh[i] * gate[i] * s;
  }
}

template <typename T>
void ForwardRows(const at::Tensor& gate_up, at::Tensor* out) {
  const int64_t size = gate_up.size(1) / 2;
  const T* in = gate_up.const_data_ptr<T>();
  T* out_data = out->mutable_data_ptr<T>();
  at::parallel_for(0, gate_up.size(0), kRowGrain, [&](int64_t begin, int64_t end) {
    WideRow<T> input(2 * size), output(size);
    for (int64_t n = begin; n < end; ++n) {
      const float* row = input.Read(in + n * 2 * size);
      ForwardRow(row, row + size, size, output.Target(out_data + n * size));
      output.Store(out_data + n * size);
    }
  });
}

template <typename T>
void BackwardRows(const at::Tensor& dh, const at::Tensor& gate_up, at::Tensor* result) {
  const int64_t size = gate_up.size(1) / 2;
  const T *dh_data = dh.const_data_ptr<T>(), *in = gate_up.const_data_ptr<T>();
  T* out = result->mutable_data_ptr<T>();
  at::parallel_for(0, gate_up.size(0), kRowGrain, [&](int64_t begin, int64_t end) {
    WideRow<T> input(2 * size), gradient(size), output(2 * size);
    for (int64_t n = begin; n < end; ++n) {
      const int64_t at = n * 2 * size;
      const float* row = input.Read(in + at);
      float* target = output.Target(out + at);
      BackwardRow(gradient.Read(dh_data + n * size), row, row + size, size, target, target + size);
      output.Store(out + at);
    }
  });
}

at::Tensor Forward(const at::Tensor& gate_up) {
  const int64_t size = gate_up.size(1) / 2;
  if (!IsKernelInput(gate_up)) return at::silu(gate_up.narrow(1, 0, size)) * gate_up.narrow(1, size, size);
  at::Tensor out = at::empty({gate_up.size(0), size}, gate_up.options());
  if (gate_up.scalar_type() == at::kFloat) {
    ForwardRows<float>(gate_up, &out);
  } else {
    ForwardRows<at::BFloat16>(gate_up, &out);
  }
  return out;
}

at::Tensor Backward(const at::Tensor& dh_any, const at::Tensor& gate_up) {
  const int64_t size = gate_up.size(1) / 2;
  const at::Tensor dh = dh_any.contiguous();
  if (!IsKernelInput(gate_up)) {
    const at::Tensor gate = gate_up.narrow(1, 0, size), up = gate_up.narrow(1, size, size);
    const at::Tensor s = gate.sigmoid();
    return at::cat({dh * up * (s + gate * s * (1 - s)), dh * gate * s}, 1);
  }
  at::Tensor result = at::empty_like(gate_up);
  if (gate_up.scalar_type() == at::kFloat) {
    BackwardRows<float>(dh, gate_up, &result);
  } else {
    BackwardRows<at::BFloat16>(dh, gate_up, &result);
  }
  return result;
}

struct SwiGluFunction : torch::autograd::Function<SwiGluFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& gate_up) {
    context->save_for_backward({gate_up});
    return Forward(gate_up);
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    return {Backward(gradients[0], context->get_saved_variables()[0])};
  }
};

}  // namespace

at::Tensor SwiGlu(const at::Tensor& gate_up_N2I) {
  return c10::GradMode::is_enabled() ? SwiGluFunction::apply(gate_up_N2I) : Forward(gate_up_N2I);
}

}  // namespace suite
