// A policy on disk in Hugging Face's layout: config.json, model.safetensors (or shards with an index), tokenizer.json.
//
//   SavePolicy("results/cache/sft-3f0c5a", policy);      // transformers' AutoModelForCausalLM loads it
//   Policy policy = LoadPolicy("results/cache/sft-3f0c5a", at::kFloat);
//
// Saving writes into a folder beside the final one and renames it last, so a folder that is there is whole.
#pragma once

#include <string>

#include "models/llama_weights.h"
#include "models/tokenizer/tokenizer.h"

namespace suite {

struct Policy {
  LlamaWeights weights;
  Tokenizer tokenizer;
  std::string chat_template;  // Jinja text of tokenizer_config.json; empty when there is none

  const LlamaConfig& config() const { return weights.config(); }
};

// Weights are converted to `dtype`. Throws InputError naming the file, or the folder and the tensor, and what is wrong.
Policy LoadPolicy(const std::string& folder, at::ScalarType dtype);

// Replaces an older policy. Throws InputError when that is impossible, and for a folder that holds anything else.
void SavePolicy(const std::string& folder, const Policy& policy);

}  // namespace suite
