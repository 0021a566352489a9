#include "harness/run/options_of_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/error_of.h"
#include "harness/policy/small_policy.h"

namespace suite {
namespace {

RlOptions OptionsWith(const std::vector<std::string>& eos, const std::string& eos_token) {
  Policy policy = SmallPolicy();
  LlamaConfig config = policy.config();
  config.eos_ids.clear();
  for (const std::string& token : eos) config.eos_ids.push_back(*policy.tokenizer.TokenId(token));
  policy.weights = LlamaWeights::Zeros(config, at::kFloat);
  policy.eos_token = eos_token;
  return RlOptionsOf(RunConfig(), policy, {}, nullptr);
}

// Ranks are cut at the first end token: it must be the one that closes an answer, wherever the checkpoint names it.
TEST(RlOptions, TheTokenThatClosesAnAnswerComesFirst) {
  const Tokenizer tokenizer = SmallPolicy().tokenizer;
  const int64_t end = *tokenizer.TokenId("<|end|>"), user = *tokenizer.TokenId("<|user|>"),
                pad = *tokenizer.TokenId("<|pad|>");
  using Ids = std::vector<int64_t>;
  EXPECT_EQ(OptionsWith({"<|pad|>", "<|user|>", "<|end|>"}, "<|end|>").sampling.eos_ids, (Ids{end, pad, user}));
  EXPECT_EQ(OptionsWith({"<|end|>", "<|pad|>"}, "<|end|>").sampling.eos_ids, (Ids{end, pad}));
  EXPECT_EQ(OptionsWith({"<|pad|>", "<|user|>"}, "<|end|>").sampling.eos_ids, (Ids{pad, user}));
  EXPECT_EQ(OptionsWith({"<|end|>"}, "").sampling.eos_ids, (Ids{end}));
}

RunConfig HeldToTheCatalogue() {
  RunConfig config;
  config.rl.constraint = "catalogue";
  config.data.list_length = 3;
  return config;
}

RunConstraints ConstraintsOfSmall(const RunConfig& config) {
  Dataset dataset;
  dataset.catalog = SmallCatalog();
  return ConstraintsOf(config, dataset, SmallPolicy(), MiniatureChatTemplate());
}

TEST(ConstraintsOf, RefusesAnswersTooShortForAnyList) {
  RunConfig config = HeldToTheCatalogue();
  EXPECT_NE(ConstraintsOfSmall(config).rl, nullptr);
  config.rl.max_new_tokens = 5;
  EXPECT_THAT(ErrorOf([&] { ConstraintsOfSmall(config); }),
              testing::HasSubstr("5 tokens cut every list: one of 3 items takes"));
}

// Evaluation is held to what training is, unless it is set apart.
TEST(ConstraintsOf, EvaluationFollowsTraining) {
  RunConfig config = HeldToTheCatalogue();
  const RunConstraints same = ConstraintsOfSmall(config);
  EXPECT_EQ(same.rl, same.eval);
  config.eval.constraint = "none";
  EXPECT_EQ(ConstraintsOfSmall(config).eval, nullptr);
  config.rl.constraint = "none";
  config.eval.constraint = "catalogue_no_repeats";
  const RunConstraints apart = ConstraintsOfSmall(config);
  EXPECT_EQ(apart.rl, nullptr);
  EXPECT_TRUE(apart.eval->no_repeats());
}

}  // namespace
}  // namespace suite
