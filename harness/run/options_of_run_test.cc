#include "harness/run/options_of_run.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace suite
