// The forward pass of a Llama-architecture decoder over packed tokens; Llama-3.2, SmolLM2 and Qwen2.5 are configs of
// it.
//
//   Llama llama(config);                                              // rotary tables, nothing else
//   TokenLogProbs scored = llama.LogProbs(weights.Tensors(), PackGroups(groups), {});
//   at::Tensor logp_BT = ToGrid(scored.logp_M, packed);
//
// With TrainableTensors the result has a graph, and backward() adds to the gradient buffer.
//
// What the graph keeps for the backward pass grows with rows times layers (1 MB a row for SmolLM2-135M in float32).
// With recompute_layers it keeps one hidden state a row and layer and runs each layer's forward pass again (gradient
// checkpointing, Chen et al., arXiv:1604.06174): an eighth to a fifteenth of the memory for a third more work, and the
// same numbers to the bit.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "models/llama/config.h"
#include "models/llama/layer.h"
#include "models/llama/packed_tokens.h"
#include "models/llama/token_log_probs.h"
#include "models/llama/weights.h"

namespace suite {

struct LlamaOptions {
  bool recompute_layers = false;
  at::Device device = at::kCPU;  // of the weights; packed tokens are brought there
};

class Llama {
 public:
  explicit Llama(const LlamaConfig& config, const LlamaOptions& options = {});

  // Output of the last layer before the final norm, [N, hidden].
  at::Tensor HiddenStates(const LlamaTensors& tensors, const PackedTokens& packed) const;

  // Log-probabilities and entropies of the scored tokens of `packed`, in its order; of its support where it has one.
  TokenLogProbs LogProbs(const LlamaTensors& tensors, const PackedTokens& packed, const ScoreOptions& options) const;

  // Logits [N, vocab] of every row: for tests and inspection; holds them all at once.
  at::Tensor Logits(const LlamaTensors& tensors, const PackedTokens& packed) const;

  // Logits [N, vocab] of rows that HiddenStates or the layers one by one have given.
  at::Tensor LogitsOf(const at::Tensor& hidden_NH, const LlamaTensors& tensors) const;

  // Where the model first computes NaN or infinity for these tokens, as its checkpoint names the module:
  // "model.layers.3", or "model.embed_tokens", "model.norm", "lm_head"; empty: nowhere. For use when something is
  // wrong: it looks at every module's output.
  std::string FirstNotFinite(const LlamaTensors& tensors, const PackedTokens& packed) const;

  // How much of memory one row of a graph takes, in bytes: what the layers keep for the backward pass.
  int64_t ActivationBytesPerRow(at::ScalarType dtype) const;

  const LlamaConfig& config() const { return config_; }
  const LayerSettings& layer_settings() const { return settings_; }

 private:
  TokenLogProbs SupportedLogProbs(const at::Tensor& hidden_NH, const LlamaTensors& tensors, const PackedTokens& packed,
                                  const ScoreOptions& options) const;
  at::Tensor Normalised(const at::Tensor& hidden_NH, const LlamaTensors& tensors) const;

  LlamaConfig config_;
  LlamaOptions options_;
  LayerSettings settings_;
};

}  // namespace suite
