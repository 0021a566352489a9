#include "models/kernels/swiglu.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include "models/kernels/vector_math.h"

namespace suite {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kRowGrain = 32;

bool UsesKernel(const at::Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous();
}

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

at::Tensor Backward(const at::Tensor& dh_any, const at::Tensor& gate_up) {
  const int64_t size = gate_up.size(1) / 2;
  const at::Tensor dh = dh_any.contiguous();
  if (!UsesKernel(gate_up)) {
    const at::Tensor gate = gate_up.narrow(1, 0, size), up = gate_up.narrow(1, size, size);
    const at::Tensor s = gate.sigmoid();
    return at::cat({dh * up * (s + gate * s * (1 - s)), dh * gate * s}, 1);
  }
  at::Tensor result = at::empty_like(gate_up);
  const float *dh_data = dh.const_data_ptr<float>(), *in = gate_up.const_data_ptr<float>();
  float* out = result.mutable_data_ptr<float>();
  at::parallel_for(0, gate_up.size(0), kRowGrain, [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n) {
      const int64_t row = n * 2 * size;
      BackwardRow(dh_data + n * size, in + row, in + row + size, size, out + row, out + row + size);
    }
  });
  return result;
}

struct SwiGluFunction : torch::autograd::Function<SwiGluFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& gate_up) {
    context->save_for_backward({gate_up});
    at::Tensor out = at::empty({gate_up.size(0), gate_up.size(1) / 2}, gate_up.options());
    SwiGluInto(gate_up, out);
    return out;
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    return {Backward(gradients[0], context->get_saved_variables()[0])};
  }
};

}  // namespace

void SwiGluInto(const at::Tensor& gate_up, at::Tensor& out) {
  const int64_t size = gate_up.size(1) / 2;
  if (!UsesKernel(gate_up)) {
    out.copy_(at::silu(gate_up.narrow(1, 0, size)) * gate_up.narrow(1, size, size));
    return;
  }
  const float* in = gate_up.const_data_ptr<float>();
  float* out_data = out.mutable_data_ptr<float>();
  at::parallel_for(0, gate_up.size(0), kRowGrain, [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n) {
      ForwardRow(in + n * 2 * size, in + n * 2 * size + size, size, out_data + n * size);
    }
  });
}

at::Tensor SwiGlu(const at::Tensor& gate_up_N2I) { return SwiGluFunction::apply(gate_up_N2I); }

}  // namespace suite
