// The shape of a Llama-architecture decoder, read from and written to Hugging Face's config.json.
//
// Llama-3.2, SmolLM2, Mistral, Qwen2.5 and Qwen3 are settings of this struct, not classes of their own:
//
//   LlamaConfig config = LlamaConfigFromJson(ReadFile("qwen2.5/config.json"), "qwen2.5/config.json");
//   config.qkv_bias == true && config.tie_embeddings == true
//
// Keys follow transformers 4.55: `head_dim` defaults to hidden_size / heads (Qwen3: 128), `num_key_value_heads` to
// heads; a Qwen2 model has biases on q, k and v only; the `attention_bias` of Llama and Qwen3 also puts one on o.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/llama/rope_scaling.h"

namespace suite {

struct LlamaConfig {
  std::string model_type = "llama";  // "llama", "mistral", "qwen2" or "qwen3"
  int64_t hidden_size = 64;
  int64_t layers = 2;
  int64_t heads = 4;
  int64_t kv_heads = 4;
  int64_t head_dim = 16;
  int64_t intermediate_size = 160;
  int64_t vocab_size = 1500;
  int64_t max_positions = 512;
  double rms_norm_eps = 1e-6;
  double rope_theta = 10000.0;
  std::optional<RopeScaling> rope_scaling;
  bool tie_embeddings = true;
  bool qkv_bias = false;
  bool output_bias = false;  // on o_proj
  bool mlp_bias = false;
  bool qk_norm = false;  // each head of q and k is normalised before it is rotated (Qwen3)
  std::optional<int64_t> bos_id;
  std::vector<int64_t> eos_ids;
  std::optional<int64_t> pad_id;

  int64_t qkv_size() const { return (heads + 2 * kv_heads) * head_dim; }
  int64_t heads_per_kv_head() const { return heads / kv_heads; }
};

// Parses the text of a config.json; `where` (its path) is named in errors. Throws InputError for an architecture,
// activation or rotary scaling that is not supported, a missing key, or sizes that do not fit together.
LlamaConfig LlamaConfigFromJson(const std::string& json, const std::string& where);

// The most positions a model may have: 2^22. The longest published context of these architectures is 2^20.
inline constexpr int64_t kMostPositions = int64_t{1} << 22;

// The text of a config.json that transformers loads with AutoModelForCausalLM.
std::string LlamaConfigToJson(const LlamaConfig& config, const std::string& dtype = "float32");

}  // namespace suite
