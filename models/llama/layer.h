// One decoder layer, the same for training, for filling a cache with a prompt and for decoding one token more: what
// differs is how rows attend, which is a parameter.
//
//   x = DecoderLayer(x, tensors, settings, [&](const at::Tensor& normed) {
//     return TrainableAttention(normed, tensors, rows, settings);          // or the sampler's, with its cache
//   });
//
// Where autograd is on, everything here is differentiable but ProjectAndRotate, which is what attention is made of.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "models/llama/config.h"
#include "models/llama/layer_tensors.h"
#include "models/llama/packed_tokens.h"
#include "models/llama/prefix_attention.h"
#include "models/llama/rotary.h"

namespace suite {

// What all layers of a model share.
struct LayerSettings {
  AttentionShape shape;
  RotaryTable rotary;
  double norm_eps = 0;
};

// Which rows attend to which, and where each stands.
struct AttentionRows {
  std::vector<Segment> segments;
  at::Tensor positions_N;  // on the device of the rows
};

// From normalised rows [N, hidden] to attended rows [N, heads * head_dim], of one dtype.
using Attention = std::function<at::Tensor(const at::Tensor& normed_NH)>;

// x [N, hidden]: attention, then the gated MLP, each of normalised input and added to x.
at::Tensor DecoderLayer(const at::Tensor& x_NH, const LlamaLayerTensors& tensors, const LayerSettings& settings,
                        const Attention& attention);

// Queries, keys and values [N, (heads + 2 kv_heads) head_dim] of normalised rows, rotated by position. Without a graph.
at::Tensor ProjectAndRotate(const at::Tensor& normed_NH, const LlamaLayerTensors& tensors,
                            const at::Tensor& positions_N, const LayerSettings& settings);

// Attention within a batch of packed tokens.
at::Tensor TrainableAttention(const at::Tensor& normed_NH, const LlamaLayerTensors& tensors, const AttentionRows& rows,
                              const LayerSettings& settings);

// What one row of one layer keeps for the backward pass.
struct KeptNumbers {
  int64_t elements = 0;    // in the type of computation: inputs of norms and products, rotated q, k and v, the MLP's
  int64_t statistics = 0;  // in float32: of norms, and attention's denominators
};
KeptNumbers KeptByLayer(const LlamaConfig& config);

}  // namespace suite
