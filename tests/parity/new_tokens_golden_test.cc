// What transformers made of add_tokens and resize_token_embeddings (tests/golden/make_new_tokens.py), and what
// WithNewTokens makes of the same folders.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "models/llama/llama.h"
#include "models/llama/packed_tokens.h"
#include "models/policy/new_tokens.h"
#include "models/policy/policy_folder.h"
#include "tests/parity/golden_files.h"

namespace suite::parity {
namespace {

using nlohmann::json;
using Ids = std::vector<int64_t>;

constexpr double kTolerance = 1e-4;

void ExpectSameTokenizer(const Tokenizer& tokenizer, const json& golden) {
  const auto theirs = Tokenizer::FromJson(golden.at("tokenizer_json").get<std::string>(), "golden");
  EXPECT_EQ(tokenizer.ContentHash(), theirs.ContentHash());
  for (size_t i = 0; i < golden.at("tokens").size(); ++i) {
    EXPECT_EQ(tokenizer.TokenId(golden["tokens"][i].get<std::string>()), golden["token_ids"][i].get<int64_t>());
  }
  for (const json& entry : golden.at("texts")) {
    const Ids ids = entry.at("ids").get<Ids>();
    EXPECT_EQ(tokenizer.Encode(entry.at("text").get<std::string>()), ids);
    EXPECT_EQ(tokenizer.Decode(ids), entry.at("decoded").get<std::string>());
    EXPECT_EQ(tokenizer.Decode(ids, true), entry.at("decoded_without_special").get<std::string>());
  }
}

void ExpectSameLogits(const LlamaWeights& weights, const json& golden) {
  Ids ids = golden.at("ids").get<Ids>();
  ids.push_back(0);  // a last token is only a target, never an input
  const at::Tensor ours = Llama(weights.config()).Logits(weights.Tensors(), PackSequences({{ids, 1}}));
  const at::Tensor theirs = TensorOf(golden.at("logits"), at::kFloat);
  const auto every = golden.at("logits_every").get<int64_t>();
  ASSERT_EQ(ours.size(1), theirs.size(1));
  for (int64_t row = 0; row < theirs.size(0); ++row) {
    EXPECT_LT((ours[row * every] - theirs[row]).abs().max().item<double>(), kTolerance);
  }
}

TEST(NewTokens, AreThoseOfTransformers) {
  const auto root = FindGolden("new_tokens");
  if (!root) GTEST_SKIP() << MissingGolden("new_tokens");
  for (const auto& entry : std::filesystem::directory_iterator(*root)) {
    const std::string folder = entry.path().string();
    SCOPED_TRACE(folder);
    const json golden = ReadJson(folder + "/golden.json");
    NewTokenStart start;
    start.noise = 0;
    const Policy policy =
        WithNewTokens(LoadPolicy(folder, at::kFloat), golden.at("tokens").get<std::vector<std::string>>(), start);
    EXPECT_EQ(policy.config().vocab_size, golden.at("vocab_size").get<int64_t>());
    ExpectSameTokenizer(policy.tokenizer, golden);
    ExpectSameLogits(policy.weights, golden);
    const std::string saved = EnvironmentVariable("TEST_TMPDIR") + "/" + entry.path().filename().string();
    SavePolicy(saved, policy);
    const Policy loaded = LoadPolicy(saved, at::kFloat);
    EXPECT_TRUE(loaded.weights.flat().equal(policy.weights.flat()));
    EXPECT_EQ(loaded.tokenizer.ContentHash(), policy.tokenizer.ContentHash());
  }
}

}  // namespace
}  // namespace suite::parity
