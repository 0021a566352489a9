// transformers gives nn.Embedding the padding id of config.json, so that the input embedding of that token gets no
// gradient wherever it stands; a tied head still gives its row one. smollm2.json shows it on a real model, these on
// small random ones that need no golden file.
#include <gtest/gtest.h>

#include <limits>

#include "algorithms/adamw.h"
#include "harness/sft/language_model_update.h"
#include "tests/parity/model_numbers.h"

namespace suite::parity {
namespace {

constexpr int64_t kToken = 5;

// The gradient of the row of kToken, which stands inside the sequence.
at::Tensor RowGradient(LlamaConfig config, std::optional<int64_t> pad_id) {
  config.hidden_size = 16;
  config.head_dim = 4;
  config.intermediate_size = 16;
  config.vocab_size = 11;
  config.pad_id = pad_id;
  const Llama llama(config);
  TrainedPolicy policy(llama, LlamaWeights::Random(config, /*seed=*/3, /*std=*/0.2), 1);
  UpdateOptions options;
  options.max_grad_norm = std::numeric_limits<double>::infinity();
  UpdateLanguageModel({{{{1, kToken, 2, kToken, 3, 4}, 1}}}, 5, 1, options, &policy);
  return Named(policy.gradients().Parameters(), "model.embed_tokens.weight")[kToken].clone();
}

TEST(PaddingRow, InputEmbeddingGetsNoGradient) {
  LlamaConfig config;
  config.tie_embeddings = false;
  EXPECT_GT(GradientNorm({RowGradient(config, std::nullopt)}), 1e-3);
  EXPECT_GT(GradientNorm({RowGradient(config, kToken + 1)}), 1e-3);
  EXPECT_EQ(GradientNorm({RowGradient(config, kToken)}), 0.0);
}

TEST(PaddingRow, TiedHeadStillTrainsIt) {
  LlamaConfig config;
  config.tie_embeddings = true;
  const at::Tensor without = RowGradient(config, std::nullopt), padding = RowGradient(config, kToken);
  EXPECT_GT(GradientNorm({padding}), 1e-3);
  EXPECT_GT(GradientNorm({without.sub(padding)}), 1e-3);
}

}  // namespace
}  // namespace suite::parity
