#include "models/llama/layer.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <optional>

#include "models/kernels/matrix_product.h"
#include "models/kernels/rms_norm.h"
#include "models/kernels/swiglu.h"
#include "models/llama/linear.h"

namespace suite {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using MaybeTensor = std::optional<at::Tensor>;  // what autograd takes for a weight that may be absent

MaybeTensor Maybe(const at::Tensor& weight) { return weight.defined() ? MaybeTensor(weight) : std::nullopt; }

// What attention needs besides tensors with gradients; kept from the forward to the backward pass.
struct AttentionPlan : torch::CustomClassHolder {
  AttentionPlan(AttentionRows rows, LayerSettings settings) : rows(std::move(rows)), settings(std::move(settings)) {}

  AttentionRows rows;
  LayerSettings settings;
};

using PlanPointer = c10::intrusive_ptr<AttentionPlan>;

void Rotate(at::Tensor& qkv, const at::Tensor& positions, const LayerSettings& settings, bool inverse) {
  RotateInPlace(qkv, positions, settings.rotary, settings.shape.heads + settings.shape.kv_heads, inverse);
}

// The columns of q and k.
at::Tensor QueriesAndKeys(const at::Tensor& qkv, const AttentionShape& shape) {
  return qkv.narrow(1, 0, (shape.heads + shape.kv_heads) * shape.head_dim);
}

// qk with each head normalised. Differentiable.
at::Tensor NormaliseHeads(const at::Tensor& qk, const at::Tensor& q_norm, const at::Tensor& k_norm,
                          const LayerSettings& settings) {
  const AttentionShape& shape = settings.shape;
  const auto normalised = [&](int64_t first, int64_t heads, const at::Tensor& norm) {
    const at::Tensor part = qk.narrow(1, first * shape.head_dim, heads * shape.head_dim);
    return RmsNorm(part.reshape({-1, shape.head_dim}), norm, settings.norm_eps).view(part.sizes());
  };
  return at::cat({normalised(0, shape.heads, q_norm), normalised(shape.heads, shape.kv_heads, k_norm)}, 1);
}

// Gradients of NormaliseHeads for its three tensors.
variable_list NormaliseHeadsBackward(const at::Tensor& gradient, const at::Tensor& qk, const at::Tensor& q_norm,
                                     const at::Tensor& k_norm, const LayerSettings& settings) {
  const c10::AutoGradMode with_graph(true);
  variable_list leaves;
  for (const at::Tensor& input : {qk, q_norm, k_norm}) leaves.push_back(input.detach().requires_grad_());
  return torch::autograd::grad({NormaliseHeads(leaves[0], leaves[1], leaves[2], settings)}, leaves, {gradient});
}

void NormaliseAndRotate(at::Tensor& qkv, const at::Tensor& q_norm, const at::Tensor& k_norm,
                        const at::Tensor& positions, const LayerSettings& settings) {
  if (q_norm.defined()) {
    at::Tensor qk = QueriesAndKeys(qkv, settings.shape);
    qk.copy_(NormaliseHeads(qk, q_norm, k_norm, settings));
  }
  Rotate(qkv, positions, settings, /*inverse=*/false);
}

// Projection to queries, keys and values, norms of their heads, rotation in place, attention: one node, so that the
// unrotated projection is not kept (of a model with such norms, q and k before them are).
struct AttentionFunction : torch::autograd::Function<AttentionFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const MaybeTensor& bias, const MaybeTensor& q_norm, const MaybeTensor& k_norm,
                            const PlanPointer& plan) {
    at::Tensor qkv = Linear(x, weight, bias.value_or(at::Tensor())), qk;
    if (q_norm) qk = QueriesAndKeys(qkv, plan->settings.shape).clone();
    const at::Tensor norms[] = {q_norm.value_or(at::Tensor()), k_norm.value_or(at::Tensor())};
    NormaliseAndRotate(qkv, norms[0], norms[1], plan->rows.positions_N, plan->settings);
    const AttentionOutput output = PrefixAttention(qkv, plan->rows.segments, plan->settings.shape);
    context->save_for_backward({x, weight, qkv, output.out_NS, output.lse_NH, qk, norms[0], norms[1]});
    context->saved_data["bias"] = bias.has_value();
    context->saved_data["plan"] = c10::IValue::make_capsule(plan);
    return output.out_NS;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto plan = c10::static_intrusive_pointer_cast<AttentionPlan>(context->saved_data["plan"].toCapsule());
    const at::Tensor &x = saved[0], &weight = saved[1], &qkv = saved[2];
    at::Tensor d_qkv =
        PrefixAttentionBackward(gradients[0], qkv, {saved[3], saved[4]}, plan->rows.segments, plan->settings.shape);
    Rotate(d_qkv, plan->rows.positions_N, plan->settings, /*inverse=*/true);
    at::Tensor d_q_norm, d_k_norm;
    if (const at::Tensor& qk = saved[5]; qk.defined()) {
      at::Tensor d_qk = QueriesAndKeys(d_qkv, plan->settings.shape);
      const variable_list found = NormaliseHeadsBackward(d_qk, qk, saved[6], saved[7], plan->settings);
      d_qk.copy_(found[0]);
      d_q_norm = found[1], d_k_norm = found[2];
    }
    const at::Tensor d_bias = context->saved_data["bias"].toBool() ? d_qkv.sum(0) : at::Tensor();
    return {Product(d_qkv, weight), Product(d_qkv.t(), x), d_bias, d_q_norm, d_k_norm, at::Tensor()};
  }
};

}  // namespace

at::Tensor DecoderLayer(const at::Tensor& x, const LlamaLayerTensors& t, const LayerSettings& settings,
                        const Attention& attention) {
  const at::Tensor attended = attention(RmsNorm(x, t.input_norm, settings.norm_eps));
  const at::Tensor middle = AddLinear(x, attended, t.output, t.output_bias);
  const at::Tensor normed = RmsNorm(middle, t.mlp_norm, settings.norm_eps);
  return AddLinear(middle, SwiGlu(Linear(normed, t.gate_up, t.gate_up_bias)), t.down, t.down_bias);
}

at::Tensor ProjectAndRotate(const at::Tensor& normed, const LlamaLayerTensors& t, const at::Tensor& positions,
                            const LayerSettings& settings) {
  at::Tensor qkv = Linear(normed, t.qkv, t.qkv_bias);
  NormaliseAndRotate(qkv, t.q_norm, t.k_norm, positions, settings);
  return qkv;
}

at::Tensor TrainableAttention(const at::Tensor& normed, const LlamaLayerTensors& t, const AttentionRows& rows,
                              const LayerSettings& settings) {
  const auto plan = c10::make_intrusive<AttentionPlan>(rows, settings);
  return AttentionFunction::apply(normed, t.qkv, Maybe(t.qkv_bias), Maybe(t.q_norm), Maybe(t.k_norm), plan);
}

KeptNumbers KeptByLayer(const LlamaConfig& c) {
  // The input, its norm, what lies between attention and MLP, its norm; rotated q, k and v; what is attended to; gate
  // and up and their product; q and k before their norms.
  const int64_t before_norms = c.qk_norm ? (c.heads + c.kv_heads) * c.head_dim : 0;
  return {4 * c.hidden_size + c.qkv_size() + c.heads * c.head_dim + 3 * c.intermediate_size + before_norms,
          c.heads + 2};
}

}  // namespace suite
