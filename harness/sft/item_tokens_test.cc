#include "harness/sft/item_tokens.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "base/testing/error_of.h"
#include "harness/config/tiny_run.h"
#include "harness/policy/small_policy.h"

namespace suite {
namespace {

Dataset WithTokens() {
  Dataset dataset;
  dataset.item_tokens = {"<item_0>", "<item_1>", "<item_2>"};
  return dataset;
}

TEST(ItemTokens, JoinThePolicyOnce) {
  const Policy before = SmallPolicy();
  const Policy after = WithItemTokens(TinyRun(), WithTokens(), before);
  EXPECT_EQ(after.tokenizer.Encode("<item_2>\n").size(), 2u);
  EXPECT_EQ(after.config().vocab_size, before.config().vocab_size + 3);
  // A policy that was trained on them, as for evaluating it, is taken as it is; so is one for films.
  EXPECT_TRUE(WithItemTokens(TinyRun(), WithTokens(), after).weights.flat().is_same(after.weights.flat()));
  EXPECT_TRUE(WithItemTokens(TinyRun(), Dataset(), before).weights.flat().is_same(before.weights.flat()));
}

TEST(ItemTokens, StartAsTheSettingsSay) {
  RunConfig config = TinyRun();
  Dataset dataset = WithTokens();
  const auto added = [&] {
    const Policy policy = WithItemTokens(config, dataset, SmallPolicy());
    return policy.weights.Tensors().embedding.narrow(0, policy.config().vocab_size - 3, 3).clone();
  };
  const at::Tensor usual = added();
  EXPECT_TRUE(added().equal(usual));
  config.policy.new_token_noise = 0;
  EXPECT_TRUE(added()[0].equal(added()[1]));
  config.policy.new_token_noise = .1;
  config.data.world_seed = 7;
  EXPECT_FALSE(added().equal(usual));
  config.policy.new_tokens = "centroids";
  EXPECT_EQ(
      ErrorOf(added),
      "policy.new_tokens: 'centroids', but the tokens of these items have no vectors; allowed: mean, or codes that "
      "are made here of item vectors");
  dataset.item_token_vectors = {{1, 0}, {0, 1}, {}};
  EXPECT_GT((added()[0] - added()[1]).norm().item<double>(), 1);
}

TEST(ItemTokens, LeaveTheTextsThatATokenizerLearnsFrom) {
  using Texts = std::vector<std::string>;
  const Texts tokens = {"<item_1>", "<item_17>"};
  EXPECT_EQ(TextsBetween(tokens, {"I liked <item_17>, <item_1>.", "<item_1>\n<item_17>", "<item_2>", "<item_1>"}),
            (Texts{"I liked ", ", ", ".", "\n", "<item_2>"}));
  EXPECT_EQ(TextsBetween({}, {"Heat (1995)"}), (Texts{"Heat (1995)"}));
}

}  // namespace
}  // namespace suite
