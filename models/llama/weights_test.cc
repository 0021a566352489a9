#include "models/llama/weights.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "base/error.h"
#include "models/llama/tiny_llama.h"

namespace suite {
namespace {

at::Tensor Parameter(const LlamaWeights& weights, const std::string& name) {
  for (const auto& [found, tensor] : weights.Parameters()) {
    if (found == name) return tensor;
  }
  ADD_FAILURE() << "no parameter " << name;
  return {};
}

std::vector<std::string> Names(const LlamaWeights& weights) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : weights.Parameters()) names.push_back(name);
  return names;
}

// list(model.named_parameters()) of transformers 4.57 for a one-layer model.
TEST(LlamaWeights, NamesAreThoseOfTransformersInItsOrder) {
  LlamaConfig config = TinyConfigs().back().config;
  config.layers = 1;
  EXPECT_EQ(Names(LlamaWeights::Zeros(config, at::kFloat)), (std::vector<std::string>{
                                                                "model.embed_tokens.weight",
                                                                "model.layers.0.self_attn.q_proj.weight",
                                                                "model.layers.0.self_attn.q_proj.bias",
                                                                "model.layers.0.self_attn.k_proj.weight",
                                                                "model.layers.0.self_attn.k_proj.bias",
                                                                "model.layers.0.self_attn.v_proj.weight",
                                                                "model.layers.0.self_attn.v_proj.bias",
                                                                "model.layers.0.self_attn.o_proj.weight",
                                                                "model.layers.0.self_attn.o_proj.bias",
                                                                "model.layers.0.mlp.gate_proj.weight",
                                                                "model.layers.0.mlp.gate_proj.bias",
                                                                "model.layers.0.mlp.up_proj.weight",
                                                                "model.layers.0.mlp.up_proj.bias",
                                                                "model.layers.0.mlp.down_proj.weight",
                                                                "model.layers.0.mlp.down_proj.bias",
                                                                "model.layers.0.input_layernorm.weight",
                                                                "model.layers.0.post_attention_layernorm.weight",
                                                                "model.norm.weight",
                                                                "lm_head.weight",
                                                            }));
  LlamaConfig tied = TinyConfig();
  tied.layers = 11;
  const std::vector<std::string> names = Names(LlamaWeights::Zeros(tied, at::kFloat));
  EXPECT_EQ(names.size(), 2u + 11 * 9);
  EXPECT_EQ(names[1 + 9 * 10], "model.layers.10.self_attn.q_proj.weight");  // by number, not by letters
  EXPECT_EQ(names.back(), "model.norm.weight");
}

TEST(LlamaWeights, NormsOfQueriesAndKeysFollowTheAttentionsProjections) {
  const std::vector<std::string> names = Names(LlamaWeights::Zeros(TinyConfigs()[3].config, at::kFloat));
  EXPECT_EQ(names[4], "model.layers.0.self_attn.o_proj.weight");
  EXPECT_EQ(names[5], "model.layers.0.self_attn.q_norm.weight");
  EXPECT_EQ(names[6], "model.layers.0.self_attn.k_norm.weight");
  EXPECT_EQ(names[7], "model.layers.0.mlp.gate_proj.weight");
}

TEST(LlamaWeights, CountsParametersByHand) {
  // hidden 12, 2 layers, 4 + 2 * 2 heads of 4, MLP of 20, vocabulary 29, tied.
  constexpr int64_t kLayer = 12 + 12 * 32 + 12 * 16 + 12 + 12 * 40 + 12 * 20;
  const LlamaWeights weights = LlamaWeights::Zeros(TinyConfig(), at::kFloat);
  EXPECT_EQ(weights.ParameterCount(), 29 * 12 + 2 * kLayer + 12);
  int64_t sum = 0;
  for (const auto& [name, tensor] : weights.Parameters()) sum += tensor.numel();
  EXPECT_EQ(sum, weights.ParameterCount());
}

// Llama-3.2-3B: 128256 x 3072 + 28 (2 x 3072 + 5120 x 3072 + 3072 x 3072 + 3 x 8192 x 3072) + 3072
TEST(CountParameters, IsThePublishedNumber) {
  LlamaConfig config;
  config.hidden_size = 3072;
  config.layers = 28;
  config.heads = 24;
  config.kv_heads = 8;
  config.head_dim = 128;
  config.intermediate_size = 8192;
  config.vocab_size = 128256;
  EXPECT_EQ(CountParameters(config), 3212749824);
}

// Parameters and what the forward pass reads are views of the one buffer, each of its elements in one of them.
TEST(LlamaWeights, AllViewsShareTheBuffer) {
  for (const auto& [name, config] : TinyConfigs()) {
    const LlamaWeights weights = LlamaWeights::Zeros(config, at::kFloat);
    for (const auto& [parameter, tensor] : weights.Parameters()) tensor.add_(1.0);
    EXPECT_EQ(weights.flat().sum().item<double>(), static_cast<double>(weights.ParameterCount())) << name;
    EXPECT_EQ(weights.flat().max().item<double>(), 1.0) << name;
    const LlamaTensors tensors = weights.Tensors();
    tensors.layers[1].gate_up.fill_(5.0);
    EXPECT_EQ(Parameter(weights, "model.layers.1.mlp.up_proj.weight").min().item<double>(), 5.0);
    EXPECT_EQ(Parameter(weights, "model.layers.0.mlp.up_proj.weight").max().item<double>(), 1.0);
    EXPECT_EQ(tensors.head.is_same(tensors.embedding), config.tie_embeddings) << name;
    EXPECT_EQ(tensors.layers[0].qkv_bias.defined(), config.qkv_bias) << name;
    EXPECT_EQ(tensors.layers[0].down_bias.defined(), config.mlp_bias) << name;
  }
}

TEST(LlamaWeights, ProjectionsOfOneInputLieSideBySide) {
  const LlamaWeights weights = TinyWeights(TinyConfigs()[2].config, 1);
  const auto parts = [&](const std::vector<std::string>& names) {
    std::vector<at::Tensor> tensors;
    for (const std::string& name : names) tensors.push_back(Parameter(weights, "model.layers.1." + name));
    return at::cat(tensors);
  };
  const LlamaLayerTensors layer = weights.Tensors().layers[1];
  EXPECT_TRUE(
      layer.qkv.equal(parts({"self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight"})));
  EXPECT_TRUE(layer.qkv_bias.equal(parts({"self_attn.q_proj.bias", "self_attn.k_proj.bias", "self_attn.v_proj.bias"})));
  EXPECT_TRUE(layer.gate_up.equal(parts({"mlp.gate_proj.weight", "mlp.up_proj.weight"})));
}

TEST(LlamaWeights, RandomIsNormalAndTheSameEachTime) {
  LlamaConfig config = TinyConfigs().back().config;
  config.vocab_size = 2000;
  const LlamaWeights weights = LlamaWeights::Random(config, 7, 0.02);
  EXPECT_TRUE(weights.flat().equal(LlamaWeights::Random(config, 7, 0.02).flat()));
  EXPECT_FALSE(weights.flat().equal(LlamaWeights::Random(config, 8, 0.02).flat()));
  for (const auto& [name, tensor] : weights.Parameters()) {
    if (tensor.dim() == 1) {
      const double value = name.find("norm") != std::string::npos ? 1.0 : 0.0;
      EXPECT_EQ(tensor.min().item<double>(), value) << name;
      EXPECT_EQ(tensor.max().item<double>(), value) << name;
    }
  }
  // 24000 draws: the standard error of their deviation is .02 / sqrt(48000) = 9e-5, that of the mean 1.3e-4.
  const at::Tensor head = Parameter(weights, "lm_head.weight");
  EXPECT_NEAR(head.std().item<double>(), 0.02, 4e-4);
  EXPECT_NEAR(head.mean().item<double>(), 0.0, 6e-4);
  EXPECT_FALSE(head.equal(Parameter(weights, "model.embed_tokens.weight")));
}

TEST(LlamaWeights, FromNamedTakesAnyOrderAndFloatType) {
  for (const auto& [name, config] : TinyConfigs()) {
    const LlamaWeights weights = TinyWeights(config, 3, at::kBFloat16);
    NamedTensors named = weights.Parameters();
    std::reverse(named.begin(), named.end());
    const LlamaWeights wide = LlamaWeights::FromNamed(config, named, at::kFloat, "x");
    EXPECT_TRUE(wide.flat().equal(weights.flat().to(at::kFloat))) << name;
    EXPECT_NE(wide.flat().const_data_ptr(), weights.flat().const_data_ptr());
  }
}

// Checkpoints of tied models may carry the head once more.
TEST(LlamaWeights, FromNamedPassesOverTheHeadOfATiedModel) {
  const LlamaWeights weights = TinyWeights(TinyConfig(), 3);
  NamedTensors named = weights.Parameters();
  named.emplace_back("lm_head.weight", named[0].second.clone());
  EXPECT_TRUE(LlamaWeights::FromNamed(TinyConfig(), named, at::kFloat, "x").flat().equal(weights.flat()));
  named.back().second = named[0].second.to(at::kDouble);
  EXPECT_TRUE(LlamaWeights::FromNamed(TinyConfig(), named, at::kFloat, "x").flat().equal(weights.flat()));
  named.back().second[28][11] += 1;
  EXPECT_THROW(LlamaWeights::FromNamed(TinyConfig(), named, at::kFloat, "x"), InputError);
}

TEST(LlamaWeights, FromNamedNamesWhatIsWrong) {
  const std::pair<std::function<void(NamedTensors&)>, const char*> kCases[] = {
      {[](NamedTensors& named) { named.pop_back(); }, "x: tensor 'model.norm.weight' is missing"},
      {[](NamedTensors& named) {
         named.emplace_back("model.layers.2.mlp.up_proj.weight", at::zeros({20, 12}));
       },
       "x: tensor 'model.layers.2.mlp.up_proj.weight' is not part of this architecture; allowed: the tensors of llama "
       "with 2 layers"},
      {[](NamedTensors& named) { named.emplace_back("model.layers.0.self_attn.q_proj.bias", at::zeros({16})); },
       "x: tensor 'model.layers.0.self_attn.q_proj.bias' is not part of this architecture; allowed: the tensors of "
       "llama with 2 layers"},
      {[](NamedTensors& named) {
         named[0].second = at::zeros({28, 12});
       },
       "x: tensor 'model.embed_tokens.weight' has shape [28, 12]; allowed: [29, 12]"},
      {[](NamedTensors& named) { named[0].second = at::zeros({29 * 12}); },
       "x: tensor 'model.embed_tokens.weight' has shape [348]; allowed: [29, 12]"},
      {[](NamedTensors& named) {
         named[0].second = at::zeros({29, 12}, at::kLong);
       },
       "x: tensor 'model.embed_tokens.weight' is of type Long; allowed: a float type"},
  };
  for (const auto& [damage, message] : kCases) {
    NamedTensors named = TinyWeights(TinyConfig(), 3).Parameters();
    damage(named);
    try {
      LlamaWeights::FromNamed(TinyConfig(), named, at::kFloat, "x");
      ADD_FAILURE() << message;
    } catch (const InputError& error) {
      EXPECT_STREQ(error.what(), message);
    }
  }
}

TEST(LlamaWeights, FromNamedNamesTheFileOfATensor) {
  NamedTensors named = TinyWeights(TinyConfig(), 3).Parameters();
  named[0].second = at::zeros({28, 12});
  try {
    LlamaWeights::FromNamed(TinyConfig(), named, at::kFloat, "x", {{"model.embed_tokens.weight", "x/shard"}});
    ADD_FAILURE();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "x/shard: tensor 'model.embed_tokens.weight' has shape [28, 12]; allowed: [29, 12]");
  }
}

// 2^31 layers of 2^31 by 2^31 would be refused by no allocator in good time: the first shape is.
TEST(LlamaWeights, FromNamedLooksAtShapesBeforeItTakesMemory) {
  LlamaConfig config = TinyConfig();
  config.layers = (int64_t{1} << 31) - 1;
  const NamedTensors named = TinyWeights(TinyConfig(), 3).Parameters();
  const auto error_of = [&] {
    try {
      LlamaWeights::FromNamed(config, named, at::kFloat, "x");
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(error_of(), "x: tensor 'model.layers.2.input_layernorm.weight' is missing");
  config.hidden_size = config.vocab_size = config.layers;
  EXPECT_EQ(error_of(), "x: tensor 'model.embed_tokens.weight' has shape [29, 12]; allowed: [2147483647, 2147483647]");
}

TEST(LlamaWeights, RefusesValuesThatTheTypeCannotHold) {
  const auto error_of = [](const std::function<void()>& convert) {
    try {
      convert();
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  LlamaWeights weights = TinyWeights(TinyConfig(), 3);
  Parameter(weights, "model.norm.weight")[3] = 65519.0;  // rounds to 65504
  EXPECT_EQ(error_of([&] { weights.Converted(at::kHalf, "x"); }), "accepted");
  Parameter(weights, "model.norm.weight")[3] = -70000.0;
  const std::string message = "x: tensor 'model.norm.weight' holds 70000.000000; allowed: what Half can hold";
  const auto load = [&](at::ScalarType dtype) {
    LlamaWeights::FromNamed(TinyConfig(), weights.Parameters(), dtype, "x");
  };
  EXPECT_EQ(error_of([&] { weights.Converted(at::kHalf, "x"); }), message);
  EXPECT_EQ(error_of([&] { load(at::kHalf); }), message);
  EXPECT_EQ(error_of([&] { load(at::kBFloat16); }), "accepted");
  // What was infinite before may stay so, but is not loaded.
  Parameter(weights, "model.norm.weight")[3] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(error_of([&] { weights.Converted(at::kHalf, "x"); }), "accepted");
  EXPECT_EQ(error_of([&] { load(at::kHalf); }),
            "x: tensor 'model.norm.weight' holds infinity; allowed: finite numbers: the checkpoint is damaged, take an "
            "undamaged one");
}

TEST(TrainableTensors, AddGradientsToTheirBuffer) {
  const LlamaWeights weights = TinyWeights(TinyConfig(), 4), gradients = LlamaWeights::Zeros(TinyConfig(), at::kFloat);
  const LlamaTensors leaves = TrainableTensors(weights, gradients);
  for (int pass = 1; pass <= 2; ++pass) {
    leaves.layers[1].down.mul(3.0).sum().backward();
    EXPECT_EQ(Parameter(gradients, "model.layers.1.mlp.down_proj.weight").min().item<double>(), 3.0 * pass);
  }
  EXPECT_EQ(gradients.flat().sum().item<double>(), 6.0 * 12 * 20);
  // The optimizer changes the buffer; the leaves see it.
  weights.flat().zero_();
  EXPECT_EQ(leaves.embedding.abs().max().item<double>(), 0.0);
}

TEST(LlamaWeights, ClonesAndConversionsAreTheirOwn) {
  const LlamaWeights weights = TinyWeights(TinyConfig(), 5);
  const LlamaWeights clone = weights.Clone(), wide = weights.To(at::kCPU, at::kDouble);
  weights.flat().zero_();
  EXPECT_TRUE(clone.flat().equal(TinyWeights(TinyConfig(), 5).flat()));
  EXPECT_EQ(wide.flat().scalar_type(), at::kDouble);
  EXPECT_GT(wide.flat().abs().max().item<double>(), 0.0);
}

}  // namespace
}  // namespace suite
