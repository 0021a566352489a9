#include "models/llama.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <optional>

#include "models/kernels/rms_norm.h"
#include "models/kernels/swiglu.h"

namespace suite {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// What the attention of every layer needs besides tensors; shared by forward and backward of one batch.
struct AttentionPlan : torch::CustomClassHolder {
  std::vector<Segment> segments;
  at::Tensor positions;
  RotaryTable rotary;
  AttentionShape shape;
};

using PlanPointer = c10::intrusive_ptr<AttentionPlan>;

at::Tensor Linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  return bias.defined() ? at::addmm(bias, x, weight.t()) : at::mm(x, weight.t());
}

// Projection to queries, keys and values, rotation in place, attention: one node, so that the unrotated projection is
// never kept.
struct RotaryAttentionFunction : torch::autograd::Function<RotaryAttentionFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const std::optional<at::Tensor>& bias, const PlanPointer& plan) {
    at::Tensor qkv = Linear(x, weight, bias.value_or(at::Tensor()));
    const int64_t rotated = plan->shape.heads + plan->shape.kv_heads;
    RotateInPlace(qkv, plan->positions, plan->rotary, rotated, /*inverse=*/false);
    const AttentionOutput output = PrefixAttention(qkv, plan->segments, plan->shape);
    context->save_for_backward({x, weight, qkv, output.out_NS, output.lse_NH});
    context->saved_data["bias"] = bias.has_value();
    context->saved_data["plan"] = c10::IValue::make_capsule(plan);
    return output.out_NS;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const PlanPointer plan = c10::static_intrusive_pointer_cast<AttentionPlan>(context->saved_data["plan"].toCapsule());
    const at::Tensor &x = saved[0], &weight = saved[1], &qkv = saved[2];
    at::Tensor d_qkv = PrefixAttentionBackward(gradients[0], qkv, {saved[3], saved[4]}, plan->segments, plan->shape);
    const int64_t rotated = plan->shape.heads + plan->shape.kv_heads;
    RotateInPlace(d_qkv, plan->positions, plan->rotary, rotated, /*inverse=*/true);
    const at::Tensor d_bias = context->saved_data["bias"].toBool() ? d_qkv.sum(0) : at::Tensor();
    return {at::mm(d_qkv, weight), at::mm(d_qkv.t(), x), d_bias, at::Tensor()};
  }
};

at::Tensor AddLinear(const at::Tensor& residual, const at::Tensor& x, const at::Tensor& weight,
                     const at::Tensor& bias) {
  const at::Tensor sum = at::addmm(residual, x, weight.t());
  return bias.defined() ? sum + bias : sum;
}

at::Tensor Layer(const at::Tensor& x, const LlamaLayerTensors& t, const PlanPointer& plan, double eps) {
  const auto bias = t.qkv_bias.defined() ? std::optional<at::Tensor>(t.qkv_bias) : std::nullopt;
  const at::Tensor attended = RotaryAttentionFunction::apply(RmsNorm(x, t.input_norm, eps), t.qkv, bias, plan);
  const at::Tensor middle = AddLinear(x, attended, t.output, t.output_bias);
  const at::Tensor gated = SwiGlu(Linear(RmsNorm(middle, t.mlp_norm, eps), t.gate_up, t.gate_up_bias));
  return AddLinear(middle, gated, t.down, t.down_bias);
}

}  // namespace

Llama::Llama(const LlamaConfig& config) : config_(config), rotary_(MakeRotaryTable(config, config.max_positions)) {}

at::Tensor Llama::HiddenStates(const LlamaTensors& tensors, const PackedTokens& packed) const {
  auto plan = c10::make_intrusive<AttentionPlan>();
  plan->segments = packed.segments;
  plan->positions = packed.positions_N;
  plan->rotary = rotary_;
  plan->shape = attention_shape();
  // As in transformers, the input embedding of the padding token is not trained: it matters where a model pads with the
  // token that also ends its turns (SmolLM2). A tied head still trains its row.
  at::Tensor x = at::embedding(tensors.embedding, packed.ids_N, config_.pad_id.value_or(-1));
  for (const LlamaLayerTensors& layer : tensors.layers) x = Layer(x, layer, plan, config_.rms_norm_eps);
  return x;
}

TokenLogProbs Llama::LogProbs(const LlamaTensors& tensors, const PackedTokens& packed,
                              const ScoreOptions& options) const {
  const at::Tensor rows = HiddenStates(tensors, packed).index_select(0, packed.predictor_M);
  return ScoreTokens(RmsNorm(rows, tensors.final_norm, config_.rms_norm_eps), tensors.head, packed.target_M, options);
}

at::Tensor Llama::Logits(const LlamaTensors& tensors, const PackedTokens& packed) const {
  const at::Tensor hidden = RmsNorm(HiddenStates(tensors, packed), tensors.final_norm, config_.rms_norm_eps);
  return at::mm(hidden, tensors.head.t());
}

}  // namespace suite
