#include "models/llama/tiny_llama.h"

#include "base/random.h"
#include "models/llama/gradient_check.h"
#include "models/llama/rope_scaling.h"

namespace suite {

LlamaConfig TinyConfig() {
  LlamaConfig config;
  config.hidden_size = 12;
  config.layers = 2;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_dim = 4;
  config.intermediate_size = 20;
  config.vocab_size = 29;
  config.max_positions = 64;
  return config;
}

std::vector<NamedConfig> TinyConfigs() {
  LlamaConfig untied = TinyConfig();
  untied.tie_embeddings = false;
  untied.kv_heads = 4;
  LlamaConfig qwen = TinyConfig();
  qwen.model_type = "qwen2";
  qwen.qkv_bias = true;
  qwen.kv_heads = 1;
  LlamaConfig qwen3 = TinyConfig();
  qwen3.model_type = "qwen3";
  qwen3.qk_norm = true;
  qwen3.head_dim = 6;
  LlamaConfig qwen3_untied = qwen3;
  qwen3_untied.tie_embeddings = false;
  qwen3_untied.rope_theta = 1e6;
  LlamaConfig biased = untied;
  biased.qkv_bias = biased.output_bias = biased.mlp_bias = true;
  biased.head_dim = 6;
  biased.rope_scaling = Llama3RopeScaling{8.0, 1.0, 4.0, 32};
  LlamaConfig linear = TinyConfig(), dynamic = TinyConfig(), yarn = TinyConfig();
  linear.rope_scaling = LinearRopeScaling{2.5};
  dynamic.rope_scaling = DynamicRopeScaling{4.0};
  yarn.rope_scaling = YarnRopeScaling{4.0, 16, 8.0, 0.5, /*truncate=*/false, /*attention_factor=*/1.125};
  LlamaConfig mistral = untied;
  mistral.model_type = "mistral";
  mistral.kv_heads = 1;
  return {{"tied", TinyConfig()},         {"untied", untied}, {"qwen2", qwen},      {"qwen3", qwen3},
          {"qwen3_untied", qwen3_untied}, {"linear", linear}, {"dynamic", dynamic}, {"yarn", yarn},
          {"mistral", mistral},           {"biased", biased}};
}

LlamaWeights TinyWeights(const LlamaConfig& config, uint64_t seed, at::ScalarType dtype) {
  const LlamaWeights weights = LlamaWeights::Random(config, seed, 0.4);
  for (const auto& [name, tensor] : weights.Parameters()) {
    if (tensor.dim() == 1) tensor.add_(NormalTensor(tensor.sizes().vec(), ++seed).to(at::kFloat), 0.3);
  }
  return weights.To(at::kCPU, dtype);
}

std::vector<int64_t> RandomIds(int64_t count, int64_t vocab_size, uint64_t seed) {
  RandomStream stream(seed, "test ids");
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < count; ++i) ids.push_back(stream.UniformInt(vocab_size));
  return ids;
}

std::vector<TokenGroup> TinyGroups(int64_t vocab_size) {
  uint64_t seed = 100;
  std::vector<TokenGroup> groups;
  const std::pair<int64_t, std::vector<int64_t>> lengths[] = {{5, {6, 3, 6}}, {2, {1, 4}}, {1, {1, 1}}, {7, {0, 9, 2}}};
  for (const auto& [prompt, completions] : lengths) {
    groups.push_back({RandomIds(prompt, vocab_size, seed++), {}});
    for (const int64_t length : completions) groups.back().completions.push_back(RandomIds(length, vocab_size, seed++));
  }
  return groups;
}

}  // namespace suite
