#include "models/llama/llama.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/repeat_interleave.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "models/llama/gradient_check.h"
#include "models/llama/tiny_llama.h"

namespace suite {
namespace {

// The decoder once more, straight from the formulas and Hugging Face's names: one sequence, no packing, no fusing, no
// shared kernels, in float64.
class PlainDecoder {
 public:
  explicit PlainDecoder(const LlamaWeights& weights) : config_(weights.config()) {
    for (const auto& [name, tensor] : weights.Parameters()) {
      parameters_[name] = tensor.to(at::kDouble).clone().requires_grad_();
    }
  }

  at::Tensor Logits(const std::vector<int64_t>& ids) const {
    at::Tensor x = parameters_.at("model.embed_tokens.weight").index_select(0, at::tensor(ids));
    for (int64_t layer = 0; layer < config_.layers; ++layer) {
      const std::string name = "model.layers." + std::to_string(layer) + ".";
      x = x + Attention(Norm(x, name + "input_layernorm"), name + "self_attn.");
      const at::Tensor y = Norm(x, name + "post_attention_layernorm");
      const at::Tensor gated = at::silu(Linear(y, name + "mlp.gate_proj")) * Linear(y, name + "mlp.up_proj");
      x = x + Linear(gated, name + "mlp.down_proj");
    }
    return Linear(Norm(x, "model.norm"), config_.tie_embeddings ? "model.embed_tokens" : "lm_head");
  }

  at::Tensor Gradient(const std::string& name) const { return parameters_.at(name).grad(); }

 private:
  at::Tensor Norm(const at::Tensor& x, const std::string& name) const {
    return x * at::rsqrt(x.square().mean(-1, true) + config_.rms_norm_eps) * parameters_.at(name + ".weight");
  }

  at::Tensor Linear(const at::Tensor& x, const std::string& name) const {
    const at::Tensor y = at::matmul(x, parameters_.at(name + ".weight").t());
    const auto bias = parameters_.find(name + ".bias");
    return bias == parameters_.end() ? y : y + bias->second;
  }

  // x of [T, heads * head_dim] as rotated heads [heads, T, head_dim], normalised before where `norm` names weights.
  at::Tensor Rotated(const at::Tensor& x, int64_t heads, const std::string& norm) const {
    at::Tensor split = x.view({x.size(0), heads, config_.head_dim}).transpose(0, 1);
    if (parameters_.count(norm + ".weight") > 0) split = Norm(split, norm);
    const RotaryTable table = MakeRotaryTable(config_, x.size(0));
    const at::Tensor c = at::cat({table.cos_PD, table.cos_PD}, 1).to(at::kDouble);
    const at::Tensor s = at::cat({table.sin_PD, table.sin_PD}, 1).to(at::kDouble);
    const auto halves = split.chunk(2, 2);
    return split * c + at::cat({-halves[1], halves[0]}, 2) * s;
  }

  at::Tensor Attention(const at::Tensor& x, const std::string& name) const {
    const int64_t length = x.size(0), repeats = config_.heads / config_.kv_heads;
    const at::Tensor q = Rotated(Linear(x, name + "q_proj"), config_.heads, name + "q_norm");
    const at::Tensor rotated_k = Rotated(Linear(x, name + "k_proj"), config_.kv_heads, name + "k_norm");
    const at::Tensor k = at::repeat_interleave(rotated_k, repeats, 0);
    const at::Tensor v = at::repeat_interleave(
        Linear(x, name + "v_proj").view({length, config_.kv_heads, config_.head_dim}).transpose(0, 1), repeats, 0);
    const at::Tensor later = at::ones({length, length}, at::kBool).triu(1);
    const at::Tensor scores = at::matmul(q, k.transpose(1, 2)) / std::sqrt(static_cast<double>(config_.head_dim));
    const at::Tensor mixed = at::matmul(scores.masked_fill(later, -INFINITY).softmax(2), v);
    return Linear(mixed.transpose(0, 1).reshape({length, -1}), name + "o_proj");
  }

  LlamaConfig config_;
  std::map<std::string, at::Tensor> parameters_;
};

// Every row of PackSequences is an input, so one more token makes all of `ids` inputs.
PackedTokens AllRowsOf(std::vector<int64_t> ids) {
  ids.push_back(0);
  return PackSequences({{std::move(ids), 1}});
}

TEST(Llama, LogitsEqualThePlainDecoder) {
  for (const auto& [name, config] : TinyConfigs()) {
    const std::vector<int64_t> ids = RandomIds(40, config.vocab_size, 1);
    const LlamaWeights weights = TinyWeights(config, 2);
    const at::Tensor expected = PlainDecoder(weights).Logits(ids);
    const auto logits_in = [&](at::ScalarType dtype) {
      return Llama(config).Logits(weights.To(at::kCPU, dtype).Tensors(), AllRowsOf(ids));
    };
    EXPECT_GT(expected.std().item<double>(), 0.5);
    EXPECT_LT(RelativeDifference(logits_in(at::kDouble), expected), 1e-13) << name;
    EXPECT_LT(RelativeDifference(logits_in(at::kFloat), expected), 3e-6) << name;
    EXPECT_LT(RelativeDifference(logits_in(at::kBFloat16), expected), 0.05) << name;
  }
}

TEST(Llama, EarlierRowsDoNotSeeLaterTokens) {
  const LlamaConfig config = TinyConfig();
  const LlamaWeights weights = TinyWeights(config, 3);
  std::vector<int64_t> ids = RandomIds(20, config.vocab_size, 4);
  const at::Tensor before = Llama(config).Logits(weights.Tensors(), AllRowsOf(ids));
  ids[12] = (ids[12] + 1) % config.vocab_size;
  const at::Tensor after = Llama(config).Logits(weights.Tensors(), AllRowsOf(ids));
  EXPECT_TRUE(after.narrow(0, 0, 12).equal(before.narrow(0, 0, 12)));
  for (int64_t row = 12; row < 20; ++row) EXPECT_GT(LargestDifference(after[row], before[row]), 1e-4) << row;
}

struct Scored {
  at::Tensor logp_BT, entropy_BT;
  LlamaWeights gradients;
};

constexpr double kTemperature = 0.8;

// Scores a packing and carries weighted sums of both outputs back to the parameters.
Scored ScoreWithGradients(const LlamaWeights& weights, const PackedTokens& packed) {
  Scored scored = {{}, {}, LlamaWeights::Zeros(weights.config(), weights.flat().scalar_type())};
  const Llama llama(weights.config());
  const LlamaTensors leaves = TrainableTensors(weights, scored.gradients);
  const TokenLogProbs result = llama.LogProbs(leaves, packed, {kTemperature});
  scored.logp_BT = ToGrid(result.logp_M, packed);
  scored.entropy_BT = ToGrid(result.entropy_M, packed);
  (Weighted(scored.logp_BT, 5) + Weighted(scored.entropy_BT, 6)).backward();
  return scored;
}

// The same prompts and completions as sequences of their own, each prompt once more for every completion.
PackedTokens WithoutSharing(const std::vector<TokenGroup>& groups) {
  std::vector<ScoredSequence> sequences;
  for (const TokenGroup& group : groups) {
    for (const auto& completion : group.completions) {
      std::vector<int64_t> ids = group.prompt;
      ids.insert(ids.end(), completion.begin(), completion.end());
      // A sequence needs two tokens; an unscored one stands in for a completion of none.
      if (ids.size() < 2) ids.push_back(0);
      sequences.push_back({ids, static_cast<int64_t>(group.prompt.size())});
    }
  }
  return PackSequences(sequences);
}

// The promise of the packing: log-probs, entropies and every parameter's gradient as if each completion had its prompt
// to itself, with the prompt computed once.
TEST(Llama, ScoringAGroupEqualsScoringEachCompletionAlone) {
  for (const auto& [name, config] : TinyConfigs()) {
    const std::vector<TokenGroup> groups = TinyGroups(config.vocab_size);
    for (const auto& [dtype, bound] : {std::pair{at::kDouble, 1e-12}, {at::kFloat, 5e-6}}) {
      const LlamaWeights weights = TinyWeights(config, 7, dtype);
      const Scored shared = ScoreWithGradients(weights, PackGroups(groups));
      const Scored alone = ScoreWithGradients(weights, WithoutSharing(groups));
      EXPECT_LT(LargestDifference(shared.logp_BT, alone.logp_BT), bound) << name;
      EXPECT_LT(LargestDifference(shared.entropy_BT, alone.entropy_BT), bound) << name;
      const NamedTensors expected = alone.gradients.Parameters();
      const NamedTensors found = shared.gradients.Parameters();
      for (size_t i = 0; i < expected.size(); ++i) {
        EXPECT_GT(expected[i].second.abs().max().item<double>(), 0.0) << name << " " << expected[i].first;
        EXPECT_LT(RelativeDifference(found[i].second, expected[i].second), 20 * bound)
            << name << " " << expected[i].first;
      }
    }
  }
}

// Log-probabilities, entropies and gradients of whole groups.
TEST(Llama, GroupsEqualThePlainDecoder) {
  for (const auto& [name, config] : TinyConfigs()) {
    const LlamaWeights weights = TinyWeights(config, 8, at::kDouble);
    const std::vector<TokenGroup> groups = TinyGroups(config.vocab_size);
    const PlainDecoder plain(weights);
    const Scored found = ScoreWithGradients(weights, PackGroups(groups));
    std::vector<at::Tensor> logp_rows, entropy_rows;
    for (const TokenGroup& group : groups) {
      for (const auto& completion : group.completions) {
        std::vector<int64_t> ids = group.prompt;
        ids.insert(ids.end(), completion.begin(), completion.end());
        const auto first = static_cast<int64_t>(group.prompt.size()) - 1,
                   length = static_cast<int64_t>(completion.size());
        const at::Tensor logp = (plain.Logits(ids) / kTemperature).log_softmax(1).narrow(0, first, length);
        const at::Tensor target = at::tensor(completion).view({length, 1});
        const std::vector<int64_t> padding = {0, found.logp_BT.size(1) - length};
        logp_rows.push_back(at::constant_pad_nd(logp.gather(1, target).squeeze(1), padding));
        entropy_rows.push_back(at::constant_pad_nd(-(logp.exp() * logp).sum(1), padding));
      }
    }
    const at::Tensor logp_BT = at::stack(logp_rows), entropy_BT = at::stack(entropy_rows);
    (Weighted(logp_BT, 5) + Weighted(entropy_BT, 6)).backward();
    EXPECT_LT(LargestDifference(found.logp_BT, logp_BT), 1e-12) << name;
    EXPECT_LT(LargestDifference(found.entropy_BT, entropy_BT), 1e-12) << name;
    for (const auto& [parameter, gradient] : found.gradients.Parameters()) {
      EXPECT_LT(RelativeDifference(gradient, plain.Gradient(parameter)), 1e-10) << name << " " << parameter;
    }
  }
}

// One layer with every kind of bias and norm, small enough to move each parameter by itself.
TEST(Llama, ParameterGradientsEqualFiniteDifferences) {
  LlamaConfig config = TinyConfigs().back().config;
  config.qk_norm = true;
  config.layers = 1;
  config.hidden_size = 4;
  config.heads = 2;
  config.kv_heads = 1;
  config.head_dim = 2;
  config.intermediate_size = 5;
  config.vocab_size = 7;
  for (const bool tied : {false, true}) {
    config.tie_embeddings = tied;
    const LlamaWeights weights = TinyWeights(config, 9, at::kDouble);
    const LlamaWeights gradients = LlamaWeights::Zeros(config, at::kDouble);
    const LlamaTensors leaves = TrainableTensors(weights, gradients);
    const Llama llama(config);
    const PackedTokens packed = PackGroups({{{1, 2, 3}, {{4, 5, 6}, {0}, {6, 3}}}, {{2}, {{0, 1}}}});
    const auto loss = [&] {
      const TokenLogProbs scored = llama.LogProbs(leaves, packed, {});
      return Weighted(scored.logp_M, 10) + Weighted(scored.entropy_M, 11);
    };
    EXPECT_LT(GradientError(loss, leaves.embedding), 1e-7);
    EXPECT_LT(GradientError(loss, leaves.head), 1e-7);
    EXPECT_LT(GradientError(loss, leaves.final_norm), 1e-7);
    for (const LlamaLayerTensors& t : leaves.layers) {
      for (const LayerBlock& block : LayerBlocks(config, 0)) EXPECT_LT(GradientError(loss, t.*block.field), 1e-7);
    }
  }
}

// Recomputed layers run the same operations on the same numbers.
TEST(Llama, RecomputedLayersGiveTheSameBits) {
  for (const auto& [name, config] : TinyConfigs()) {
    const LlamaWeights weights = TinyWeights(config, 8);
    const PackedTokens packed = PackGroups(TinyGroups(config.vocab_size));
    std::vector<at::Tensor> logp, gradient;
    for (const bool recompute : {false, true}) {
      const LlamaWeights gradients = LlamaWeights::Zeros(config, at::kFloat);
      const Llama llama(config, {recompute});
      logp.push_back(llama.LogProbs(TrainableTensors(weights, gradients), packed, {}).logp_M);
      Weighted(logp.back(), 5).backward();
      gradient.push_back(gradients.flat());
    }
    EXPECT_TRUE(logp[1].equal(logp[0])) << name;
    EXPECT_TRUE(gradient[1].equal(gradient[0])) << name;
  }
}

TEST(Llama, Bfloat16Trains) {
  const LlamaConfig config = TinyConfig();
  const Scored narrow =
      ScoreWithGradients(TinyWeights(config, 12, at::kBFloat16), PackGroups(TinyGroups(config.vocab_size)));
  const Scored wide =
      ScoreWithGradients(TinyWeights(config, 12, at::kDouble), PackGroups(TinyGroups(config.vocab_size)));
  EXPECT_LT(LargestDifference(narrow.logp_BT, wide.logp_BT), 0.15);
  EXPECT_LT(RelativeDifference(narrow.gradients.flat(), wide.gradients.flat()), 0.1);
}

// Each module made to give infinity in its turn, from weights that are finite.
TEST(Llama, FirstNotFiniteNamesTheModule) {
  const PackedTokens packed = AllRowsOf(RandomIds(9, TinyConfig().vocab_size, 1));
  const auto first_of = [&](const std::string& parameter, at::ScalarType dtype) {
    LlamaConfig config = TinyConfig();
    config.tie_embeddings = false;
    const LlamaWeights weights = TinyWeights(config, 2);
    for (const auto& [name, tensor] : weights.Parameters()) {
      if (name == parameter) tensor.fill_(3e38);
    }
    return Llama(config).FirstNotFinite(weights.To(at::kCPU, dtype).Tensors(), packed);
  };
  for (const auto dtype : {at::kFloat, at::kBFloat16}) {
    EXPECT_EQ(first_of("", dtype), "");
    EXPECT_EQ(first_of("model.layers.0.mlp.down_proj.weight", dtype), "model.layers.0");
    EXPECT_EQ(first_of("model.layers.1.self_attn.o_proj.weight", dtype), "model.layers.1");
    EXPECT_EQ(first_of("model.norm.weight", dtype), "model.norm");
    EXPECT_EQ(first_of("lm_head.weight", dtype), "lm_head");
  }
  const LlamaWeights weights = TinyWeights(TinyConfig(), 2);
  weights.Tensors().embedding[packed.ids_N[3].item<int64_t>()][0] = NAN;
  EXPECT_EQ(Llama(TinyConfig()).FirstNotFinite(weights.Tensors(), packed), "model.embed_tokens");
}

}  // namespace
}  // namespace suite
