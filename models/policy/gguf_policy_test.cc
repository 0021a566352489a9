#include "models/policy/gguf_policy.h"

#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>

#include "base/error.h"
#include "base/files.h"
#include "models/checkpoints/gguf_bytes.h"
#include "models/llama/config.h"
#include "models/llama/tiny_llama.h"
#include "models/llama/weights.h"
#include "models/policy/gguf_tokenizer.h"
#include "models/policy/policy_folder.h"

namespace suite {
namespace {

// What goes into a file, so that a case can change one thing of it.
struct Model {
  std::map<std::string, std::string> texts;
  std::map<std::string, uint32_t> numbers;
  std::map<std::string, float> reals;
  std::map<std::string, bool> bools;
  std::vector<std::string> tokens;
  std::vector<int32_t> types;
  std::vector<std::string> merges;
  std::map<std::string, at::Tensor> tensors;

  std::string Write() const {
    GgufBytes bytes;
    for (const auto& [key, value] : texts) bytes.Text(key, value);
    for (const auto& [key, value] : numbers) bytes.Unsigned(key, value);
    for (const auto& [key, value] : reals) bytes.Real(key, value);
    for (const auto& [key, value] : bools) bytes.Bool(key, value);
    bytes.Texts("tokenizer.ggml.tokens", tokens);
    bytes.Array("tokenizer.ggml.token_type", 5, types.size(), LittleEndian(types));
    bytes.Texts("tokenizer.ggml.merges", merges);
    for (const auto& [name, tensor] : tensors) {
      const at::Tensor data = tensor.contiguous();
      bytes.Tensor(name, {data.sizes().rbegin(), data.sizes().rend()}, kGgufF32,
                   {static_cast<const char*>(data.const_data_ptr()), data.nbytes()});
    }
    const std::string path = testing::TempDir() + "/policy.gguf";
    WriteFileAtomically(path, bytes.File());
    return path;
  }
};

// Ids 0 and 1 are control tokens in the vocabulary, 15 and 16 added after it, 17 and 18 fill up.
void AddTokenizer(const std::string& pre, Model* model) {
  model->texts["tokenizer.ggml.model"] = "gpt2";
  model->texts["tokenizer.ggml.pre"] = pre;
  model->texts["tokenizer.chat_template"] = "{{ messages }}";
  model->numbers["tokenizer.ggml.bos_token_id"] = 0;
  model->numbers["tokenizer.ggml.eos_token_id"] = 1;
  model->numbers["tokenizer.ggml.padding_token_id"] = 1;
  model->tokens = {"<|bos|>", "<|end|>", "a",      "b",      "1",    "2",   "\u0120", "ab",      "12",     "\u0120ab",
                   "'",       "S",       "\u00c3", "\u00a9", "abab", "<u>", "<c>",    "[PAD17]", "[PAD18]"};
  model->types = {3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 4, 3, 5, 5};
  model->merges = {"a b", "1 2", "\u0120 ab"};
}

// llama.cpp's names of Hugging Face's.
std::string GgufName(std::string name) {
  const std::vector<std::pair<std::string, std::string>> kParts = {{"model.embed_tokens", "token_embd"},
                                                                   {"model.norm", "output_norm"},
                                                                   {"lm_head", "output"},
                                                                   {"model.layers.", "blk."},
                                                                   {"input_layernorm", "attn_norm"},
                                                                   {"post_attention_layernorm", "ffn_norm"},
                                                                   {"self_attn.q_proj", "attn_q"},
                                                                   {"self_attn.k_proj", "attn_k"},
                                                                   {"self_attn.v_proj", "attn_v"},
                                                                   {"self_attn.o_proj", "attn_output"},
                                                                   {"mlp.gate_proj", "ffn_gate"},
                                                                   {"mlp.up_proj", "ffn_up"},
                                                                   {"mlp.down_proj", "ffn_down"}};
  for (const auto& [hf, gguf] : kParts) {
    const size_t at = name.find(hf);
    if (at != std::string::npos) name.replace(at, hf.size(), gguf);
  }
  return name;
}

// llama.cpp's order of rows, written out row by row.
at::Tensor Permuted(const at::Tensor& tensor, int64_t head_dim) {
  at::Tensor result = at::empty_like(tensor);
  for (int64_t row = 0; row < tensor.size(0); ++row) {
    const int64_t head = row / head_dim, j = row % head_dim / (head_dim / 2), i = row % (head_dim / 2);
    result[head * head_dim + 2 * i + j].copy_(tensor[row]);
  }
  return result;
}

// As llama.cpp's converter computes rope_freqs.weight.
at::Tensor RopeFactors(const LlamaConfig& config) {
  const Llama3RopeScaling& scaling = *config.rope_scaling;
  const auto original = static_cast<double>(scaling.original_max_positions);
  at::Tensor factors = at::zeros({config.head_dim / 2});
  for (int64_t i = 0; i < config.head_dim / 2; ++i) {
    const double wavelength =
        2 * M_PI * std::pow(config.rope_theta, 2.0 * static_cast<double>(i) / static_cast<double>(config.head_dim));
    double factor = 1;
    if (wavelength > original / scaling.low_freq_factor) {
      factor = scaling.factor;
    } else if (wavelength >= original / scaling.high_freq_factor) {
      const double smooth =
          (original / wavelength - scaling.low_freq_factor) / (scaling.high_freq_factor - scaling.low_freq_factor);
      factor = 1 / ((1 - smooth) / scaling.factor + smooth);
    }
    factors[i] = factor;
  }
  return factors;
}

Model ModelOf(const LlamaWeights& weights, const std::string& pre = "smollm") {
  const LlamaConfig& config = weights.config();
  Model model;
  AddTokenizer(pre, &model);
  const std::string prefix = config.model_type + ".";
  model.texts["general.architecture"] = config.model_type;
  const std::pair<const char*, int64_t> numbers[] = {{"embedding_length", config.hidden_size},
                                                     {"block_count", config.layers},
                                                     {"feed_forward_length", config.intermediate_size},
                                                     {"context_length", config.max_positions},
                                                     {"attention.head_count", config.heads},
                                                     {"attention.head_count_kv", config.kv_heads},
                                                     {"rope.dimension_count", config.head_dim},
                                                     {"vocab_size", config.vocab_size}};
  for (const auto& [key, value] : numbers) model.numbers[prefix + key] = static_cast<uint32_t>(value);
  model.reals[prefix + "attention.layer_norm_rms_epsilon"] = static_cast<float>(config.rms_norm_eps);
  model.reals[prefix + "rope.freq_base"] = static_cast<float>(config.rope_theta);
  for (const auto& [name, tensor] : weights.Parameters()) {
    const bool turned = name.find("q_proj") != std::string::npos || name.find("k_proj") != std::string::npos;
    const bool permuted = turned && config.model_type == "llama";
    model.tensors[GgufName(name)] = permuted ? Permuted(tensor, config.head_dim) : tensor;
  }
  if (config.rope_scaling) model.tensors["rope_freqs.weight"] = RopeFactors(config);
  return model;
}

// The tiny configs with the rotary base and scaling that a GGUF file can say.
std::vector<NamedConfig> GgufConfigs() {
  std::vector<NamedConfig> configs = TinyConfigs();
  for (auto& [name, config] : configs) {
    config.rms_norm_eps = static_cast<double>(1e-5f);
    config.bos_id = 0;
    config.eos_ids = {1};
    config.pad_id = 1;
    if (!config.rope_scaling) continue;
    config.rope_theta = 500000;
    config.rope_scaling = Llama3RopeScaling{32.0, 1.0, 4.0, 8192};
  }
  return configs;
}

TEST(GgufPolicy, EveryArchitectureComesBackBitForBit) {
  for (const auto& [name, config] : GgufConfigs()) {
    SCOPED_TRACE(name);
    const LlamaWeights weights = TinyWeights(config, 3);
    const Policy policy = LoadGgufPolicy(ModelOf(weights).Write(), at::kFloat);
    EXPECT_EQ(LlamaConfigToJson(policy.config()), LlamaConfigToJson(config));
    EXPECT_TRUE(policy.weights.flat().equal(weights.flat()));
    EXPECT_EQ(policy.chat_template, "{{ messages }}");
    const std::string folder = testing::TempDir() + "/saved_" + name;
    SavePolicy(folder, policy);
    EXPECT_TRUE(LoadPolicy(folder, at::kFloat).weights.flat().equal(weights.flat()));
  }
}

TEST(GgufPolicy, TheMixedFrequenciesAreTested) {
  LlamaConfig config = GgufConfigs().back().config;
  const at::Tensor factors = RopeFactors(config);
  EXPECT_EQ(factors[0].item<float>(), 1);
  EXPECT_GT(factors[2].item<float>(), 1);
}

TEST(GgufPolicy, RoundsToTheDtypeAskedFor) {
  const LlamaWeights weights = TinyWeights(TinyConfig(), 3);
  const Policy policy = LoadGgufPolicy(ModelOf(weights).Write(), at::kBFloat16);
  EXPECT_TRUE(policy.weights.flat().equal(weights.flat().to(at::kBFloat16)));
}

TEST(GgufPolicy, OptionalKeysHaveTheirDefaults) {
  Model model = ModelOf(TinyWeights(TinyConfig(), 3));
  for (const char* key : {"llama.vocab_size", "tokenizer.ggml.bos_token_id", "tokenizer.ggml.padding_token_id"}) {
    model.numbers.erase(key);
  }
  model.reals.erase("llama.rope.freq_base");
  model.texts.erase("tokenizer.chat_template");
  model.numbers["tokenizer.ggml.eot_token_id"] = 16;
  model.numbers["llama.attention.key_length"] = model.numbers["llama.attention.value_length"] = 4;
  model.numbers.erase("llama.rope.dimension_count");  // hidden / heads would be 3
  const Policy policy = LoadGgufPolicy(model.Write(), at::kFloat);
  EXPECT_EQ(policy.config().rope_theta, 10000);
  EXPECT_EQ(policy.config().eos_ids, (std::vector<int64_t>{1, 16}));
  EXPECT_FALSE(policy.config().bos_id || policy.config().pad_id);
  EXPECT_EQ(policy.chat_template, "");
}

Tokenizer TokenizerOf(
    const std::string& pre, const std::function<void(Model*)>& change = [](Model*) {}) {
  Model model;
  AddTokenizer(pre, &model);
  change(&model);
  return GgufTokenizer(GgufFile(model.Write()));
}

TEST(GgufTokenizer, ThePreTokenizerDecidesOnPieces) {
  using Ids = std::vector<int64_t>;
  const Tokenizer smollm = TokenizerOf("smollm"), qwen2 = TokenizerOf("qwen2"), llama = TokenizerOf("llama-bpe");
  const std::string digits = "ab ab12<|end|>", twice = "abab", accent = "e\u0301", contraction = "'S";
  EXPECT_EQ(smollm.Encode(digits), (Ids{7, 9, 4, 5, 1}));
  EXPECT_EQ(qwen2.Encode(digits), (Ids{7, 9, 4, 5, 1}));
  EXPECT_EQ(llama.Encode(digits), (Ids{7, 9, 8, 1}));
  EXPECT_EQ(smollm.Encode(twice), (Ids{7, 7}));
  EXPECT_EQ(llama.Encode(twice), (Ids{14}));  // in the vocabulary, though no merge makes it
  EXPECT_EQ(smollm.Encode(accent), (Ids{}));
  EXPECT_EQ(qwen2.Encode(accent), (Ids{12, 13}));  // NFC: U+00E9
  for (const Tokenizer* tokenizer : {&smollm, &qwen2, &llama}) {
    EXPECT_EQ(tokenizer->Encode(contraction), (Ids{10, 11}));
    EXPECT_EQ(tokenizer->Decode({9, 1, 15, 7}), " ab<|end|><u>ab");
    EXPECT_EQ(tokenizer->Decode({9, 1, 15, 7}, /*skip_special_tokens=*/true), " ab<u>ab");
    EXPECT_EQ(tokenizer->Encode("<u><c>"), (Ids{15, 16}));
    EXPECT_EQ(tokenizer->vocab_size(), 17);  // without the two that fill up
  }
}

TEST(GgufTokenizer, TheBeginningOfAText) {
  using Ids = std::vector<int64_t>;
  const auto with = [](bool value) {
    return [value](Model* model) { model->bools["tokenizer.ggml.add_bos_token"] = value; };
  };
  EXPECT_EQ(TokenizerOf("smollm").Encode("ab", true), (Ids{7}));
  EXPECT_EQ(TokenizerOf("qwen2").Encode("ab", true), (Ids{7}));
  EXPECT_EQ(TokenizerOf("llama-bpe").Encode("ab", true), (Ids{0, 7}));
  EXPECT_EQ(TokenizerOf("llama-bpe", with(false)).Encode("ab", true), (Ids{7}));
  EXPECT_EQ(TokenizerOf("smollm", with(true)).Encode("ab", true), (Ids{0, 7}));
  EXPECT_EQ(TokenizerOf("qwen2", with(true)).Encode("ab", true), (Ids{0, 7}));
}

struct Unfit {
  std::function<void(Model*)> change;
  std::string error;  // after the path
};

std::vector<Unfit> UnfitModels() {
  return {
      {[](Model* m) { m->texts["general.architecture"] = "gemma"; }, ": general.architecture: "},
      {[](Model* m) { m->texts.erase("general.architecture"); }, ": has no metadata key 'general.architecture'"},
      {[](Model* m) { m->numbers.erase("llama.block_count"); }, ": has no metadata key 'llama.block_count'"},
      {[](Model* m) { m->numbers["llama.embedding_length"] = 0; }, ": llama.embedding_length: is 0; allowed: from 1"},
      {[](Model* m) { m->numbers["llama.attention.head_count_kv"] = 3; },
       ": llama.attention.head_count_kv: is 3; allowed: a divisor of llama.attention.head_count 4"},
      {[](Model* m) { m->numbers["llama.rope.dimension_count"] = 3; },
       ": llama.rope.dimension_count: head dimension 3; allowed: an even number"},
      {[](Model* m) { m->numbers["llama.attention.key_length"] = 8; },
       ": llama.rope.dimension_count: is 4; allowed: 8, all of a head"},
      {[](Model* m) { m->numbers["llama.vocab_size"] = 30; }, ": llama.vocab_size: is 30; allowed: 29, the rows of"},
      {[](Model* m) { m->reals["llama.attention.layer_norm_rms_epsilon"] = NAN; },
       ": llama.attention.layer_norm_rms_epsilon: is nan; allowed: a number above 0"},
      {[](Model* m) { m->texts["llama.rope.scaling.type"] = "yarn"; },
       ": llama.rope.scaling.type: is 'yarn'; allowed: none"},
      {[](Model* m) { m->tensors["rope_freqs.weight"] = at::zeros({2}).fill_(7); },
       ": tensor 'rope_freqs.weight' holds 7.000000 at 0; allowed: 1.000000, by Llama 3's scaling"},
      {[](Model* m) { m->tensors["rope_freqs.weight"] = at::zeros({2}).fill_(NAN); },
       ": tensor 'rope_freqs.weight' holds nan at 0"},
      {[](Model* m) { m->tensors["rope_freqs.weight"] = at::zeros({3}); },
       ": tensor 'rope_freqs.weight' has shape [3] (out, in); allowed: [2]"},
      {[](Model* m) { m->tensors.erase("token_embd.weight"); }, ": tensor 'token_embd.weight' is missing"},
      {[](Model* m) { m->tensors.erase("blk.1.ffn_up.weight"); }, ": tensor 'blk.1.ffn_up.weight' is missing"},
      {[](Model* m) { m->numbers["llama.block_count"] = (1u << 31) - 1; },
       ": tensor 'blk.2.attn_norm.weight' is missing"},
      {[](Model* m) { m->numbers["llama.feed_forward_length"] = (1u << 31) - 1; },
       ": tensor 'blk.0.ffn_gate.weight' has shape [20, 12] (out, in); allowed: [2147483647, 12]"},
      {[](Model* m) { m->tensors["blk.2.attn_norm.weight"] = at::zeros({12}); },
       ": tensor 'blk.2.attn_norm.weight' is not part of architecture llama"},
      {[](Model* m) { m->tensors["blk.0.attn_q.bias"] = at::zeros({16}); },
       ": tensor 'blk.0.attn_q.bias' is not part of architecture llama"},
      {[](Model* m) {
         m->tensors["blk.0.attn_v.weight"] = at::zeros({12, 8});
       },
       ": tensor 'blk.0.attn_v.weight' has shape [12, 8] (out, in); allowed: [8, 12]"},
      {[](Model* m) { m->numbers["tokenizer.ggml.eos_token_id"] = 29; },
       ": tokenizer.ggml.eos_token_id: is 29; allowed: from 0 to 28"},
  };
}

std::vector<Unfit> UnfitTokenizers() {
  return {
      {[](Model* m) { m->texts["tokenizer.ggml.model"] = "llama"; },
       ": tokenizer.ggml.model: is 'llama'; allowed: gpt2 (byte-level BPE)"},
      {[](Model* m) { m->texts["tokenizer.ggml.pre"] = "smolm"; }, ": tokenizer.ggml.pre: "},
      {[](Model* m) { m->types.pop_back(); },
       ": tokenizer.ggml.token_type: has 18 items; allowed: 19, as many as tokenizer.ggml.tokens"},
      {[](Model* m) { m->types[5] = 6; }, ": tokenizer.ggml.token_type[5]: is 6; allowed: 1 (normal), 3 (control)"},
      {[](Model* m) { m->tokens[7] = "a"; }, ": tokenizer.ggml.tokens[7]: is the same as an earlier token"},
      {[](Model* m) { m->tokens[7] = "\xff"; },
       ": tokenizer.ggml.tokens or tokenizer.ggml.merges holds text that is not UTF-8"},
      {[](Model* m) { m->tokens[7] = ""; }, ": tokenizer.ggml: model.vocab: an empty token"},
      {[](Model* m) { m->merges[1] = "a 9"; }, ": tokenizer.ggml: model.merges[1]: "},
      {[](Model* m) { m->merges[1] = "a"; }, ": tokenizer.ggml: model.merges[1]: "},
      {[](Model* m) { m->bools["tokenizer.ggml.add_eos_token"] = true; },
       ": tokenizer.ggml.add_eos_token: is true; a token after every text is not supported; allowed: false"},
      {[](Model* m) {
         m->bools["tokenizer.ggml.add_bos_token"] = true;
         m->numbers["tokenizer.ggml.bos_token_id"] = 17;
       },
       ": tokenizer.ggml.bos_token_id: is 17; allowed: below 17"},
      {[](Model* m) {
         for (int i = 0; i < 30; ++i) m->tokens.push_back("x" + std::to_string(i));
         m->types.resize(m->tokens.size(), 1);
       },
       ": has 49 tokens; allowed: at most the 29 rows of token_embd.weight"},
  };
}

std::string LoadError(const std::string& path) {
  try {
    LoadGgufPolicy(path, at::kFloat);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(GgufPolicy, UnknownNamesAnswerWithTheKnownOnes) {
  Model architecture = ModelOf(TinyWeights(TinyConfig(), 3)), pre = architecture;
  architecture.texts["general.architecture"] = "gemma";
  pre.texts["tokenizer.ggml.pre"] = "smolm";
  EXPECT_NE(LoadError(architecture.Write()).find("llama, qwen2"), std::string::npos);
  EXPECT_NE(LoadError(pre.Write()).find("smollm, qwen2, llama-bpe"), std::string::npos);
}

TEST(GgufPolicy, EveryUnfitFileHasItsOwnError) {
  std::vector<Unfit> cases = UnfitModels();
  for (const Unfit& unfit : UnfitTokenizers()) cases.push_back(unfit);
  const LlamaWeights weights = TinyWeights(TinyConfig(), 3);
  for (const Unfit& unfit : cases) {
    Model model = ModelOf(weights);
    unfit.change(&model);
    const std::string path = model.Write();
    const std::string error = LoadError(path);
    EXPECT_EQ(error.substr(0, path.size() + unfit.error.size()), path + unfit.error);
  }
}

}  // namespace
}  // namespace suite
