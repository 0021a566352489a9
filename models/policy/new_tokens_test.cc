#include "models/policy/new_tokens.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/testing/error_of.h"
#include "models/llama/tiny_llama.h"
#include "models/policy/tiny_policy.h"

namespace suite {
namespace {

using Tokens = std::vector<std::string>;

const Tokens kTokens = {"<item_0>", "<item_1>", "<item_2>", "<item_3>"};

LlamaConfig Untied() {
  LlamaConfig config = TinyConfig();
  config.tie_embeddings = false;
  return config;
}

// As many rows as the tokenizer has tokens, and `spare` more.
Policy Small(LlamaConfig config, int64_t spare = 0) {
  config.vocab_size = TinyTokenizer().vocab_size() + spare;
  return TinyPolicy(config);
}

double Deviation(const at::Tensor& rows) {
  return (rows - rows.mean(0, /*keepdim=*/true)).pow(2).mean().sqrt().item<double>();
}

TEST(NewTokens, GrowEmbeddingAndHeadAndLeaveTheRest) {
  for (const LlamaConfig& config : {TinyConfig(), Untied()}) {
    const Policy before = Small(config), after = WithNewTokens(before, kTokens, {});
    const int64_t old = before.config().vocab_size;
    EXPECT_EQ(after.config().vocab_size, old + 4);
    EXPECT_EQ(after.tokenizer.Encode("<item_3>").front(), old + 3);
    const NamedTensors was = before.weights.Parameters(), is = after.weights.Parameters();
    ASSERT_EQ(was.size(), is.size());
    for (size_t i = 0; i < was.size(); ++i) {
      EXPECT_TRUE(is[i].second.narrow(0, 0, was[i].second.size(0)).equal(was[i].second)) << is[i].first;
    }
    EXPECT_EQ(after.weights.Tensors().head.size(0), old + 4);
    EXPECT_EQ(after.chat_template, before.chat_template);
  }
}

TEST(NewTokens, TakeSpareRowsFirst) {
  const int64_t tokens = TinyTokenizer().vocab_size();
  for (const int64_t spare : {3, 4, 9}) {
    const Policy before = Small(Untied(), spare), after = WithNewTokens(before, kTokens, {0, 0, {}});
    EXPECT_EQ(after.config().vocab_size, tokens + std::max<int64_t>(spare, 4));
    for (const auto field : {&LlamaTensors::embedding, &LlamaTensors::head}) {
      const at::Tensor was = before.weights.Tensors().*field, is = after.weights.Tensors().*field;
      // Rows without a token say nothing: neither of the mean, nor are they touched.
      const at::Tensor mean = was.narrow(0, 0, tokens).to(at::kDouble).mean(0);
      EXPECT_LT((is.narrow(0, tokens, 4) - mean).abs().max().item<double>(), 1e-7);
      const int64_t left = std::max<int64_t>(0, spare - 4);
      EXPECT_TRUE(is.narrow(0, is.size(0) - left, left).equal(was.narrow(0, was.size(0) - left, left)));
    }
    // The caller's own weights are as they were.
    EXPECT_TRUE(before.weights.flat().equal(Small(Untied(), spare).weights.flat()));
  }
}

TEST(NewTokens, StartAtTheMeanPlusSeededNoise) {
  Tokens many;
  for (int i = 0; i < 500; ++i) many.push_back("<i" + std::to_string(i) + ">");
  const Policy before = Small(Untied());
  const int64_t old = before.config().vocab_size;
  const Policy after = WithNewTokens(before, many, {1, .25, {}});
  for (const auto field : {&LlamaTensors::embedding, &LlamaTensors::head}) {
    const at::Tensor was = before.weights.Tensors().*field,
                     added = (after.weights.Tensors().*field).narrow(0, old, 500);
    EXPECT_NEAR(Deviation(added) / Deviation(was), .25, .01);
    EXPECT_LT((added.mean(0) - was.mean(0)).abs().max().item<double>(), .25 * Deviation(was) / std::sqrt(500) * 4);
  }
  const auto noise = [&](const auto field) {
    return (after.weights.Tensors().*field).narrow(0, old, 500) - (before.weights.Tensors().*field).mean(0);
  };
  EXPECT_GT((noise(&LlamaTensors::embedding) / Deviation(before.weights.Tensors().embedding) -
             noise(&LlamaTensors::head) / Deviation(before.weights.Tensors().head))
                .abs()
                .mean()
                .item<double>(),
            .1);  // drawn anew for the head
  EXPECT_TRUE(WithNewTokens(before, many, {1, .25, {}}).weights.flat().equal(after.weights.flat()));
  EXPECT_FALSE(WithNewTokens(before, many, {2, .25, {}}).weights.flat().equal(after.weights.flat()));
  // A token starts where it does whatever comes after it.
  many.resize(20);
  const Policy few = WithNewTokens(before, many, {1, .25, {}});
  EXPECT_TRUE(few.weights.Tensors().embedding.equal(after.weights.Tensors().embedding.narrow(0, 0, old + 20)));
}

TEST(NewTokens, StartAtProjectedVectors) {
  // Three pairs of near vectors far from each other, and a token without a vector.
  const std::vector<std::vector<float>> vectors = {
      {9, 0, 0, 0, 0}, {9, 0, 0, .1f, 0}, {0, 9, 0, 0, 0}, {0, 9, 0, .1f, 0}, {0, 0, 9, 0, 9}, {0, 0, 9, .1f, 9}, {}};
  const Tokens tokens = {"<a>", "<b>", "<c>", "<d>", "<e>", "<f>", "<g>"};
  const Policy before = Small(Untied()), after = WithNewTokens(before, tokens, {5, 0, vectors});
  const int64_t old = before.config().vocab_size;
  for (const auto field : {&LlamaTensors::embedding, &LlamaTensors::head}) {
    const at::Tensor was = before.weights.Tensors().*field, added = (after.weights.Tensors().*field).narrow(0, old, 6);
    EXPECT_NEAR(Deviation(added), Deviation(was), 1e-5);
    EXPECT_LT((added.mean(0) - was.mean(0)).abs().max().item<double>(), 1e-5);
    for (int64_t i = 0; i < 6; i += 2) {
      const auto gap = [&](int64_t j) { return (added[i] - added[j]).norm().item<double>(); };
      EXPECT_LT(gap(i + 1) * 10, gap((i + 2) % 6));
    }
    const at::Tensor alone = (after.weights.Tensors().*field)[old + 6];
    EXPECT_LT((alone - was.mean(0)).abs().max().item<double>(), 1e-6);
  }
  EXPECT_FALSE(WithNewTokens(before, tokens, {6, 0, vectors}).weights.flat().equal(after.weights.flat()));
}

TEST(NewTokens, KeepTheTypeOfTheWeights) {
  for (const at::ScalarType dtype : {at::kBFloat16, at::kDouble}) {
    LlamaConfig config = TinyConfig();
    config.vocab_size = TinyTokenizer().vocab_size();
    const Policy after = WithNewTokens(TinyPolicy(config, dtype), kTokens, {});
    EXPECT_EQ(after.weights.flat().scalar_type(), dtype);
    EXPECT_TRUE(after.weights.flat().isfinite().all().item<bool>());
  }
}

TEST(NewTokens, AreAddedOnce) {
  const Policy before = Small(TinyConfig()), after = WithNewTokens(before, kTokens, {});
  EXPECT_FALSE(HasNewTokens(before, kTokens));
  EXPECT_TRUE(HasNewTokens(after, kTokens));
  EXPECT_EQ(ErrorOf([&] {
              HasNewTokens(after, {"<item_2>", "<item_7>"});
            }),
            "the policy's vocabulary: has the item token '<item_2>' and lacks '<item_7>'; allowed: all of the data's "
            "item tokens, or none");
  EXPECT_EQ(ErrorOf([&] { WithNewTokens(after, kTokens, {}); }),
            "new token '<item_0>': is in the vocabulary already, with the id 21; allowed: tokens that the vocabulary "
            "does not have, each once");
  // A plain token may be split, and a special one is left out of decoded texts: neither can stand for an item.
  EXPECT_FALSE(HasNewTokens(before, {"<|end|>"}));
  EXPECT_TRUE(WithNewTokens(before, {}, {}).weights.flat().equal(before.weights.flat()));
}

TEST(NewTokens, RefuseVectorsThatDoNotFit) {
  const auto error = [](const std::vector<std::vector<float>>& vectors) {
    return ErrorOf([&] { WithNewTokens(Small(TinyConfig()), {"<a>", "<b>"}, {0, 0, vectors}); });
  };
  EXPECT_EQ(error({{1}}), "vectors of new tokens: 1 for 2 tokens; allowed: one a token, or none");
  EXPECT_EQ(error({{1, 2}, {1}}), "vector of the new token '<b>': has 1 numbers; allowed: 2, as the vectors before it");
  EXPECT_EQ(error({{1}, {std::numeric_limits<float>::infinity()}}),
            "vector of the new token '<b>': has a number that is not finite; allowed: finite numbers");
  EXPECT_EQ(error({{1, 2}, {1, 2}}),
            "vectors of new tokens: do not differ from each other; allowed: vectors that tell tokens apart, or "
            "policy.new_tokens = \"mean\"");
}

}  // namespace
}  // namespace suite
