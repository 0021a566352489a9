// A policy on disk in Hugging Face's layout: config.json, model.safetensors (or shards with an index), tokenizer.json,
// and, where they are, tokenizer_config.json, chat_template.jinja and generation_config.json.
//
//   SavePolicy("results/cache/sft-3f0c5a", policy);      // transformers' AutoModelForCausalLM loads it
//   Policy policy = LoadPolicy("results/cache/sft-3f0c5a", at::kFloat);
//   LlamaWeights alone = LoadWeights("SmolLM2-135M", at::kBFloat16);         // of a folder that may lack a tokenizer
//
// Weight files are memory-mapped, and each tensor is converted straight from the mapping: loading takes the memory of
// the weights in `dtype`, once. Saving writes into a folder beside the final one and renames it last, so a folder that
// is there is whole.
#pragma once

#include <optional>
#include <string>

#include "models/checkpoints/generation_config.h"
#include "models/llama/weights.h"
#include "models/tokenizer/tokenizer.h"

namespace suite {

struct Policy {
  LlamaWeights weights;
  Tokenizer tokenizer;
  std::string chat_template;  // Jinja text of chat_template.jinja or tokenizer_config.json; empty when there is none
  std::optional<GenerationConfig> generation;  // of generation_config.json
  std::string eos_token;                       // of tokenizer_config.json; empty: the first of config().eos_ids

  // Its eos_ids are the ids at which sampling stops, as in transformers: those of generation_config.json, and those of
  // config.json where that file has none.
  const LlamaConfig& config() const { return weights.config(); }
};

// Throws InputError for a path that is no folder; for a GGUF file it names the script that makes a folder of one.
void CheckPolicyFolder(const std::string& path);

// Weights (float32, bfloat16, float16 or float64 in the files) are converted to `dtype`, one of the same four; float16
// is for keeping and passing on: no kernel here is made for it. Throws InputError naming the file, the tensor or the
// key, and what is wrong.
Policy LoadPolicy(const std::string& folder, at::ScalarType dtype);

// The weights alone, with the config that LoadPolicy would give them; needs config.json and the weight files only.
LlamaWeights LoadWeights(const std::string& folder, at::ScalarType dtype);

// Replaces an older policy. Weights are written in their own dtype, or converted to `dtype`. Throws InputError when
// that is impossible, for a weight that was finite and is not in `dtype`, and for a folder that holds anything else.
void SavePolicy(const std::string& folder, const Policy& policy, std::optional<at::ScalarType> dtype = std::nullopt);

}  // namespace suite
