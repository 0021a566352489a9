#include "models/llama/layer.h"

#include <ATen/ATen.h>
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

// Projection to queries, keys and values, rotation in place, attention: one node, so that the unrotated projection is
// never kept.
struct AttentionFunction : torch::autograd::Function<AttentionFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const MaybeTensor& bias, const PlanPointer& plan) {
    LlamaLayerTensors tensors;
    tensors.qkv = weight;
    tensors.qkv_bias = bias.value_or(at::Tensor());
    const at::Tensor qkv = ProjectAndRotate(x, tensors, plan->rows.positions_N, plan->settings);
    const AttentionOutput output = PrefixAttention(qkv, plan->rows.segments, plan->settings.shape);
    context->save_for_backward({x, weight, qkv, output.out_NS, output.lse_NH});
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
    const at::Tensor d_bias = context->saved_data["bias"].toBool() ? d_qkv.sum(0) : at::Tensor();
    return {Product(d_qkv, weight), Product(d_qkv.t(), x), d_bias, at::Tensor()};
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
  Rotate(qkv, positions, settings, /*inverse=*/false);
  return qkv;
}

at::Tensor TrainableAttention(const at::Tensor& normed, const LlamaLayerTensors& t, const AttentionRows& rows,
                              const LayerSettings& settings) {
  const auto plan = c10::make_intrusive<AttentionPlan>(rows, settings);
  return AttentionFunction::apply(normed, t.qkv, Maybe(t.qkv_bias), plan);
}

KeptNumbers KeptByLayer(const LlamaConfig& c) {
  // The input, its norm, what lies between attention and MLP, its norm; rotated q, k and v; what is attended to; gate
  // and up and their product.
  return {4 * c.hidden_size + c.qkv_size() + c.heads * c.head_dim + 3 * c.intermediate_size, c.heads + 2};
}

}  // namespace suite
