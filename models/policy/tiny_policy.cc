#include "models/policy/tiny_policy.h"

#include "base/random.h"
#include "models/llama/weights.h"
#include "models/policy/new_tokens.h"
#include "models/tokenizer/bpe_trainer.h"

namespace suite {

Tokenizer TinyTokenizer() {
  BpeTrainerConfig config;
  config.vocab_size = 29;
  config.all_bytes = false;
  config.special_tokens = {"<|pad|>", "<|end|>"};
  return TrainBpe({"Heat (1995)\nAlien (1979)\n"}, config);
}

Policy TinyPolicy(LlamaConfig config, at::ScalarType dtype) {
  config.eos_ids = {1};
  config.pad_id = 0;
  const LlamaWeights weights = LlamaWeights::Zeros(config, at::kFloat);
  RandomStream stream(1, "tiny policy");
  for (const auto& [name, tensor] : weights.Parameters()) {
    const float center = name.find("norm") == std::string::npos ? 0 : 1;
    float* values = tensor.mutable_data_ptr<float>();
    for (int64_t i = 0; i < tensor.numel(); ++i) {
      values[i] = center + static_cast<float>(stream.UniformInt(321) - 160) / 256;  // exact in float32
    }
  }
  return {weights.To(at::kCPU, dtype), TinyTokenizer(), kTinyTemplate, {}, ""};
}

std::vector<NamedPolicy> TinyPolicies() {
  std::vector<NamedPolicy> policies;
  for (const auto& [name, config] : TinyConfigs()) policies.push_back({name, TinyPolicy(config)});
  std::vector<std::string> tokens;
  for (int i = 0; i < 12; ++i) tokens.push_back("<item_" + std::to_string(i) + ">");
  NewTokenStart start;
  start.noise = 0;
  for (size_t i = 0; i < 2; ++i) {
    policies.push_back({policies[i].name + "_new_tokens", WithNewTokens(policies[i].policy, tokens, start)});
  }
  return policies;
}

}  // namespace suite
