#include "models/llama/llama.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <optional>
#include <utility>

#include "models/kernels/matrix_product.h"
#include "models/kernels/rms_norm.h"
#include "models/kernels/swiglu.h"
#include "models/llama/linear.h"

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
    return {Product(d_qkv, weight), Product(d_qkv.t(), x), d_bias, at::Tensor()};
  }
};

at::Tensor Layer(const at::Tensor& x, const LlamaLayerTensors& t, const PlanPointer& plan, double eps) {
  const auto bias = t.qkv_bias.defined() ? std::optional<at::Tensor>(t.qkv_bias) : std::nullopt;
  const at::Tensor attended = RotaryAttentionFunction::apply(RmsNorm(x, t.input_norm, eps), t.qkv, bias, plan);
  const at::Tensor middle = AddLinear(x, attended, t.output, t.output_bias);
  const at::Tensor gated = SwiGlu(Linear(RmsNorm(middle, t.mlp_norm, eps), t.gate_up, t.gate_up_bias));
  return AddLinear(middle, gated, t.down, t.down_bias);
}

using MaybeTensor = std::optional<at::Tensor>;  // what autograd takes for a weight that may be absent

MaybeTensor Maybe(const at::Tensor& weight) { return weight.defined() ? MaybeTensor(weight) : std::nullopt; }

// From a layer's tensors in the order of its fields.
LlamaLayerTensors LayerOf(const variable_list& list) {
  return {list[0], list[1], list[2], list[3], list[4], list[5], list[6], list[7], list[8], list[9]};
}

// A layer that keeps its input only: the backward pass builds the layer's own graph and runs through it.
struct RecomputedLayerFunction : torch::autograd::Function<RecomputedLayerFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const MaybeTensor& input_norm,
                            const MaybeTensor& qkv, const MaybeTensor& qkv_bias, const MaybeTensor& output,
                            const MaybeTensor& output_bias, const MaybeTensor& mlp_norm, const MaybeTensor& gate_up,
                            const MaybeTensor& gate_up_bias, const MaybeTensor& down, const MaybeTensor& down_bias,
                            const PlanPointer& plan, double eps) {
    variable_list weights;
    for (const MaybeTensor* weight :
         {&input_norm, &qkv, &qkv_bias, &output, &output_bias, &mlp_norm, &gate_up, &gate_up_bias, &down, &down_bias}) {
      weights.push_back(weight->value_or(at::Tensor()));
    }
    variable_list saved = {x};
    saved.insert(saved.end(), weights.begin(), weights.end());
    context->save_for_backward(std::move(saved));
    context->saved_data["plan"] = c10::IValue::make_capsule(plan);
    context->saved_data["eps"] = eps;
    return Layer(x, LayerOf(weights), plan, eps);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const PlanPointer plan = c10::static_intrusive_pointer_cast<AttentionPlan>(context->saved_data["plan"].toCapsule());
    const c10::AutoGradMode with_graph(true);
    variable_list inputs, defined;
    for (const at::Tensor& saved : context->get_saved_variables()) {
      inputs.push_back(saved.defined() ? saved.detach().requires_grad_() : at::Tensor());
      if (saved.defined()) defined.push_back(inputs.back());
    }
    const at::Tensor y =
        Layer(inputs[0], LayerOf({inputs.begin() + 1, inputs.end()}), plan, context->saved_data["eps"].toDouble());
    const variable_list found = torch::autograd::grad({y}, defined, {gradients[0]});
    variable_list result;
    size_t next = 0;
    for (const at::Tensor& input : inputs) result.push_back(input.defined() ? found[next++] : at::Tensor());
    result.resize(result.size() + 2);  // the plan, eps
    return result;
  }
};

at::Tensor RecomputedLayer(const at::Tensor& x, const LlamaLayerTensors& t, const PlanPointer& plan, double eps) {
  return RecomputedLayerFunction::apply(x, Maybe(t.input_norm), Maybe(t.qkv), Maybe(t.qkv_bias), Maybe(t.output),
                                        Maybe(t.output_bias), Maybe(t.mlp_norm), Maybe(t.gate_up),
                                        Maybe(t.gate_up_bias), Maybe(t.down), Maybe(t.down_bias), plan, eps);
}

}  // namespace

Llama::Llama(const LlamaConfig& config, const LlamaOptions& options)
    : config_(config), options_(options), rotary_(MakeRotaryTable(config, config.max_positions)) {
  rotary_.cos_PD = rotary_.cos_PD.to(options.device);
  rotary_.sin_PD = rotary_.sin_PD.to(options.device);
}

int64_t Llama::ActivationBytesPerRow(at::ScalarType dtype) const {
  const int64_t attended = config_.heads * config_.head_dim;
  const int64_t qkv = attended + 2 * config_.kv_heads * config_.head_dim;
  // The input, its norm, what lies between attention and MLP, its norm; the rest as named in Layer.
  const int64_t whole = 4 * config_.hidden_size + qkv + attended + 3 * config_.intermediate_size;
  const int64_t kept = options_.recompute_layers ? config_.hidden_size : whole;
  return config_.layers * kept * static_cast<int64_t>(c10::elementSize(dtype));
}

at::Tensor Llama::HiddenStates(const LlamaTensors& tensors, const PackedTokens& packed) const {
  auto plan = c10::make_intrusive<AttentionPlan>();
  plan->segments = packed.segments;
  plan->positions = packed.positions_N.to(options_.device);
  plan->rotary = rotary_;
  plan->shape = attention_shape();
  // As in transformers, the input embedding of the padding token is not trained: it matters where a model pads with the
  // token that also ends its turns (SmolLM2). A tied head still trains its row.
  at::Tensor x = at::embedding(tensors.embedding, packed.ids_N.to(options_.device), config_.pad_id.value_or(-1));
  const bool recompute = options_.recompute_layers && c10::GradMode::is_enabled();
  for (const LlamaLayerTensors& layer : tensors.layers) {
    x = recompute ? RecomputedLayer(x, layer, plan, config_.rms_norm_eps) : Layer(x, layer, plan, config_.rms_norm_eps);
  }
  return x;
}

TokenLogProbs Llama::LogProbs(const LlamaTensors& tensors, const PackedTokens& packed,
                              const ScoreOptions& options) const {
  const at::Tensor rows = HiddenStates(tensors, packed).index_select(0, packed.predictor_M.to(options_.device));
  return ScoreTokens(RmsNorm(rows, tensors.final_norm, config_.rms_norm_eps), tensors.head,
                     packed.target_M.to(options_.device), options);
}

at::Tensor Llama::Logits(const LlamaTensors& tensors, const PackedTokens& packed) const {
  const at::Tensor hidden = RmsNorm(HiddenStates(tensors, packed), tensors.final_norm, config_.rms_norm_eps);
  return Linear(hidden, tensors.head, {});
}

}  // namespace suite
