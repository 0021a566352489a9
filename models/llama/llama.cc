#include "models/llama/llama.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <utility>

#include "models/checkpoints/finite_tensor.h"
#include "models/kernels/rms_norm.h"
#include "models/llama/head_rows.h"
#include "models/llama/linear.h"

namespace suite {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

at::Tensor Layer(const at::Tensor& x, const LlamaLayerTensors& t, const AttentionRows& rows,
                 const LayerSettings& settings) {
  return DecoderLayer(x, t, settings,
                      [&](const at::Tensor& normed) { return TrainableAttention(normed, t, rows, settings); });
}

// A layer of the tensors that the model has, in the order of LayerBlocks.
struct RecomputedLayer : torch::CustomClassHolder {
  AttentionRows rows;
  LayerSettings settings;
  std::vector<at::Tensor LlamaLayerTensors::*> fields;

  at::Tensor Run(const at::Tensor& x, at::TensorList weights) const {
    LlamaLayerTensors tensors;
    for (size_t i = 0; i < fields.size(); ++i) tensors.*fields[i] = weights[i];
    return Layer(x, tensors, rows, settings);
  }
};

using RecomputedPointer = c10::intrusive_ptr<RecomputedLayer>;

// Keeps its input only: the backward pass builds the layer's own graph and runs through it.
struct RecomputedLayerFunction : torch::autograd::Function<RecomputedLayerFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, at::TensorList weights,
                            const RecomputedPointer& layer) {
    variable_list saved = {x};
    saved.insert(saved.end(), weights.begin(), weights.end());
    context->save_for_backward(std::move(saved));
    context->saved_data["layer"] = c10::IValue::make_capsule(layer);
    return layer->Run(x, weights);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto layer = c10::static_intrusive_pointer_cast<RecomputedLayer>(context->saved_data["layer"].toCapsule());
    const c10::AutoGradMode with_graph(true);
    variable_list inputs;
    for (const at::Tensor& saved : context->get_saved_variables()) inputs.push_back(saved.detach().requires_grad_());
    const at::Tensor y = layer->Run(inputs[0], at::TensorList(inputs).slice(1));
    variable_list result = torch::autograd::grad({y}, inputs, {gradients[0]});
    result.emplace_back();  // of `layer`
    return result;
  }
};

RecomputedPointer MakeRecomputed(const LlamaConfig& config, const AttentionRows& rows, const LayerSettings& settings) {
  auto layer = c10::make_intrusive<RecomputedLayer>();
  layer->rows = rows;
  layer->settings = settings;
  for (const LayerBlock& block : LayerBlocks(config, 0)) {
    if (!block.parameters.empty()) layer->fields.push_back(block.field);
  }
  return layer;
}

at::Tensor Recomputed(const at::Tensor& x, const LlamaLayerTensors& tensors, const RecomputedPointer& layer) {
  variable_list weights;
  for (const auto field : layer->fields) weights.push_back(tensors.*field);
  return RecomputedLayerFunction::apply(x, at::TensorList(weights), layer);
}

}  // namespace

Llama::Llama(const LlamaConfig& config, const LlamaOptions& options)
    : config_(config),
      options_(options),
      settings_{{config.heads, config.kv_heads, config.head_dim},
                MakeRotaryTable(config, config.max_positions),
                config.rms_norm_eps} {
  settings_.rotary.cos_PD = settings_.rotary.cos_PD.to(options.device);
  settings_.rotary.sin_PD = settings_.rotary.sin_PD.to(options.device);
}

int64_t Llama::ActivationBytesPerRow(at::ScalarType dtype) const {
  const int64_t kept = options_.recompute_layers ? config_.hidden_size : KeptByLayer(config_).elements;
  return config_.layers * kept * static_cast<int64_t>(c10::elementSize(dtype));
}

at::Tensor Llama::HiddenStates(const LlamaTensors& tensors, const PackedTokens& packed) const {
  const AttentionRows rows{packed.segments, packed.positions_N.to(options_.device)};
  // As in transformers, the input embedding of the padding token is not trained: it matters where a model pads with the
  // token that also ends its turns (SmolLM2). A tied head still trains its row.
  at::Tensor x = at::embedding(tensors.embedding, packed.ids_N.to(options_.device), config_.pad_id.value_or(-1));
  if (options_.recompute_layers && c10::GradMode::is_enabled()) {
    const RecomputedPointer layer = MakeRecomputed(config_, rows, settings_);
    for (const LlamaLayerTensors& t : tensors.layers) x = Recomputed(x, t, layer);
  } else {
    for (const LlamaLayerTensors& t : tensors.layers) x = Layer(x, t, rows, settings_);
  }
  return x;
}

TokenLogProbs Llama::LogProbs(const LlamaTensors& tensors, const PackedTokens& packed,
                              const ScoreOptions& options) const {
  const at::Tensor hidden = HiddenStates(tensors, packed);
  if (packed.support.defined()) return SupportedLogProbs(hidden, tensors, packed, options);
  const at::Tensor rows = hidden.index_select(0, packed.predictor_M.to(options_.device));
  return ScoreTokens(Normalised(rows, tensors), tensors.head, packed.target_M.to(options_.device), options);
}

TokenLogProbs Llama::SupportedLogProbs(const at::Tensor& hidden, const LlamaTensors& tensors,
                                       const PackedTokens& packed, const ScoreOptions& options) const {
  const auto here = [&](const at::Tensor& tensor) { return tensor.to(options_.device); };
  const ScoredSupport& support = packed.support;
  const at::Tensor predictor_K = here(packed.predictor_M.index_select(0, support.branching_K));
  const at::Tensor head_UH = HeadRows(tensors.head, support.vocabulary_U);
  const TokenLogProbs chosen =
      ScoreTokens(Normalised(hidden.index_select(0, predictor_K), tensors), head_UH, here(support.target_K), options,
                  {here(support.begin_K1), here(support.allowed_L)});
  // Forced tokens: log-probability 0, entropy 0.
  const at::Tensor forced_M = at::zeros({packed.target_M.size(0)}, chosen.logp_M.options());
  const at::Tensor branching_K = here(support.branching_K);
  return {forced_M.index_copy(0, branching_K, chosen.logp_M), forced_M.index_copy(0, branching_K, chosen.entropy_M)};
}

at::Tensor Llama::Logits(const LlamaTensors& tensors, const PackedTokens& packed) const {
  return LogitsOf(HiddenStates(tensors, packed), tensors);
}

at::Tensor Llama::LogitsOf(const at::Tensor& hidden, const LlamaTensors& tensors) const {
  return Linear(Normalised(hidden, tensors), tensors.head, {});
}

std::string Llama::FirstNotFinite(const LlamaTensors& tensors, const PackedTokens& packed) const {
  const c10::NoGradGuard no_graph;
  const AttentionRows rows{packed.segments, packed.positions_N.to(options_.device)};
  at::Tensor x = at::embedding(tensors.embedding, packed.ids_N.to(options_.device));
  if (!AllFinite(x)) return "model.embed_tokens";
  for (size_t layer = 0; layer < tensors.layers.size(); ++layer) {
    x = Layer(x, tensors.layers[layer], rows, settings_);
    if (!AllFinite(x)) return "model.layers." + std::to_string(layer);
  }
  x = Normalised(x, tensors);
  if (!AllFinite(x)) return "model.norm";
  constexpr int64_t kRows = 64;  // of all rows, the logits may be more than memory holds
  for (const at::Tensor& part : x.split(kRows)) {
    if (!AllFinite(Linear(part, tensors.head, {}))) return "lm_head";
  }
  return "";
}

at::Tensor Llama::Normalised(const at::Tensor& hidden, const LlamaTensors& tensors) const {
  return RmsNorm(hidden, tensors.final_norm, config_.rms_norm_eps);
}

}  // namespace suite
