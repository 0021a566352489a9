// The tensors of one decoder layer: the fields that the forward pass reads, and the parameters of Hugging Face that
// each is made of. This is the one list of them: an architecture with another tensor adds a field and its line in
// LayerBlocks.
//
//   for (const LayerBlock& block : LayerBlocks(config, /*layer=*/0)) tensors.*block.field = ...;
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "models/llama/config.h"

namespace suite {

// Biases and the norms of q and k may be undefined. Shapes are [out, in] as in Hugging Face: qkv [(heads + 2 kv_heads)
// head_dim, hidden], gate_up [2 intermediate, hidden].
struct LlamaLayerTensors {
  at::Tensor input_norm;
  at::Tensor qkv;
  at::Tensor qkv_bias;
  at::Tensor q_norm;  // [head_dim]
  at::Tensor k_norm;
  at::Tensor output;
  at::Tensor output_bias;
  at::Tensor mlp_norm;
  at::Tensor gate_up;
  at::Tensor gate_up_bias;
  at::Tensor down;
  at::Tensor down_bias;
};

struct NamedShape {
  std::string name;
  std::vector<int64_t> shape;
};

// Parameters that lie side by side and are used as one tensor, stacked along their first dimension.
struct LayerBlock {
  at::Tensor LlamaLayerTensors::*field;
  std::vector<NamedShape> parameters;  // none: the architecture has no such tensor
};

// In the order in which they lie in memory.
inline std::vector<LayerBlock> LayerBlocks(const LlamaConfig& c, int64_t layer) {
  using Tensors = LlamaLayerTensors;
  using Names = std::vector<NamedShape>;
  const std::string prefix = "model.layers." + std::to_string(layer) + ".";
  const std::string attention = prefix + "self_attn.", mlp = prefix + "mlp.";
  const int64_t q = c.heads * c.head_dim, kv = c.kv_heads * c.head_dim;
  const int64_t h = c.hidden_size, i = c.intermediate_size;
  const auto when = [](bool has, Names names) { return has ? std::move(names) : Names(); };
  return {
      {&Tensors::input_norm, {{prefix + "input_layernorm.weight", {h}}}},
      {&Tensors::qkv,
       {{attention + "q_proj.weight", {q, h}},
        {attention + "k_proj.weight", {kv, h}},
        {attention + "v_proj.weight", {kv, h}}}},
      {&Tensors::qkv_bias,
       when(c.qkv_bias,
            {{attention + "q_proj.bias", {q}}, {attention + "k_proj.bias", {kv}}, {attention + "v_proj.bias", {kv}}})},
      {&Tensors::q_norm, when(c.qk_norm, {{attention + "q_norm.weight", {c.head_dim}}})},
      {&Tensors::k_norm, when(c.qk_norm, {{attention + "k_norm.weight", {c.head_dim}}})},
      {&Tensors::output, {{attention + "o_proj.weight", {h, q}}}},
      {&Tensors::output_bias, when(c.output_bias, {{attention + "o_proj.bias", {h}}})},
      {&Tensors::mlp_norm, {{prefix + "post_attention_layernorm.weight", {h}}}},
      {&Tensors::gate_up, {{mlp + "gate_proj.weight", {i, h}}, {mlp + "up_proj.weight", {i, h}}}},
      {&Tensors::gate_up_bias, when(c.mlp_bias, {{mlp + "gate_proj.bias", {i}}, {mlp + "up_proj.bias", {i}}})},
      {&Tensors::down, {{mlp + "down_proj.weight", {h, i}}}},
      {&Tensors::down_bias, when(c.mlp_bias, {{mlp + "down_proj.bias", {h}}})},
  };
}

// transformers lists a layer's attention, then its MLP, then its norms, each projection with weight before bias: the
// endings of its parameters' names in that order.
inline const std::vector<std::string>& LayerParameterOrder() {
  static const std::vector<std::string> kOrder = {"q_proj.weight",          "q_proj.bias",
                                                  "k_proj.weight",          "k_proj.bias",
                                                  "v_proj.weight",          "v_proj.bias",
                                                  "o_proj.weight",          "o_proj.bias",
                                                  "q_norm.weight",          "k_norm.weight",
                                                  "gate_proj.weight",       "gate_proj.bias",
                                                  "up_proj.weight",         "up_proj.bias",
                                                  "down_proj.weight",       "down_proj.bias",
                                                  "input_layernorm.weight", "post_attention_layernorm.weight"};
  return kOrder;
}

}  // namespace suite
