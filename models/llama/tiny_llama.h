// For tests: configs that differ in every switch of LlamaConfig, with random weights, and random token ids.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "models/llama/config.h"
#include "models/llama/packed_tokens.h"
#include "models/llama/weights.h"

namespace suite {

struct NamedConfig {
  std::string name;
  LlamaConfig config;
};

// Tied with shared key-value heads; untied without; Qwen2's biases; Qwen3's norms of q and k, tied and untied; rotary
// scaling of the types linear, dynamic and YaRN; Mistral; all biases with Llama 3's rotary scaling.
std::vector<NamedConfig> TinyConfigs();

// The first of them: vocabulary 29, hidden 12, two layers, 64 positions.
LlamaConfig TinyConfig();

// Every parameter random, biases and norms too; logits spread over a few nats.
LlamaWeights TinyWeights(const LlamaConfig& config, uint64_t seed, at::ScalarType dtype = at::kFloat);

std::vector<int64_t> RandomIds(int64_t count, int64_t vocab_size, uint64_t seed);

// Prompts of 5, 2, 1 and 7 tokens with ragged completions, among them of one token and of none.
std::vector<TokenGroup> TinyGroups(int64_t vocab_size);

}  // namespace suite
