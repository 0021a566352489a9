// end_to_end/golden.json before any update: tokens, chat template, segmentation, rewards, advantages, log-probs,
// entropies, greedy tokens.
#include <gtest/gtest.h>

#include "models/llama/sharded_scorer.h"
#include "models/tokenizer/chat_template.h"
#include "models/tokenizer/known_chat_templates.h"
#include "tests/parity/comparison.h"
#include "tests/parity/golden_files.h"
#include "tests/parity/rollout_scene.h"

namespace suite::parity {
namespace {

using nlohmann::json;

class RolloutsGolden : public ::testing::Test {
 protected:
  void SetUp() override {
    scene_ = ReadRolloutScene();
    if (!scene_) GTEST_SKIP() << MissingGolden(kRolloutScene);
  }
  void TearDown() override { comparison_.Print(); }

  const json& golden() const { return scene_->golden; }

  std::unique_ptr<RolloutScene> scene_;
  Comparison comparison_;
};

TEST_F(RolloutsGolden, TokenizerEncodesAndDecodesAlike) {
  const Tokenizer& tokenizer = scene_->policy.tokenizer;
  ASSERT_FALSE(golden()["tokenizer_cases"].empty());
  for (const json& c : golden()["tokenizer_cases"]) {
    const auto ids = c["ids"].get<std::vector<int64_t>>();
    EXPECT_EQ(tokenizer.Encode(c["text"].get<std::string>()), ids) << c["text"];
    EXPECT_EQ(tokenizer.Decode(ids), c["decoded"].get<std::string>());
    EXPECT_EQ(tokenizer.Decode(ids, /*skip_special_tokens=*/true), c["decoded_skip_special"].get<std::string>());
  }
}

TEST_F(RolloutsGolden, ChatTemplateMakesThePromptsAndTheirIds) {
  const ChatTemplate chat = RecognizeChatTemplate(scene_->policy.chat_template, LlamaFolder());
  ASSERT_EQ(golden()["prompts"].size(), scene_->prompts.size());
  for (size_t prompt = 0; prompt < scene_->prompts.size(); ++prompt) {
    const std::string text = RenderChat(chat, {{"user", golden()["prompts"][prompt]}}, /*add_generation_prompt=*/true);
    EXPECT_EQ(text, golden()["prompt_text"][prompt].get<std::string>());
    EXPECT_EQ(scene_->policy.tokenizer.Encode(text), scene_->prompts[prompt]);
  }
}

TEST_F(RolloutsGolden, CompletionsEndAndReadAlike) {
  const at::Tensor ids_BT = TensorOf(golden()["completion_ids"], at::kLong);
  EXPECT_TRUE(CompletionLengths(ids_BT, scene_->eos_id).equal(scene_->batch.length_B));
  size_t row = 0;
  for (const RolloutGroup& group : scene_->groups) {
    for (const Rollout& rollout : group) {
      EXPECT_EQ(scene_->policy.tokenizer.Decode(rollout.ids, /*skip_special_tokens=*/true),
                golden()["completion_text"][row++].get<std::string>());
    }
  }
}

TEST_F(RolloutsGolden, TokensFallIntoTheSameRanks) {
  EXPECT_TRUE(scene_->spans.mask_BT.equal(TensorOf(golden()["completion_mask"], at::kBool)));
  EXPECT_TRUE(scene_->spans.mask_BT.equal(TensorOf(golden()["item_token_mask"], at::kBool)));
  EXPECT_TRUE(scene_->spans.rank_BT.equal(TensorOf(golden()["item_seg_ids"], at::kLong)));
}

// float32 on both sides; 1e-5 as for the advantages of segmentation.json.
TEST_F(RolloutsGolden, RewardsAndAdvantagesOfEveryVariant) {
  const Tolerance tolerance = {1e-5};
  ASSERT_FALSE(golden()["variants"].empty());
  for (const auto& [name, variant] : golden()["variants"].items()) {
    SCOPED_TRACE(name);
    const JudgedVariant judged = JudgeVariant(*scene_, variant, name);
    const bool scalar = variant.contains("scalar_rewards");
    comparison_.Near("rewards", judged.reward, TensorOf(variant[scalar ? "scalar_rewards" : "rewards"], at::kFloat),
                     tolerance);
    if (scalar) {
      comparison_.Near("advantages", judged.advantages.advantage_BN, TensorOf(variant["advantages"], at::kFloat),
                       tolerance);
      continue;
    }
    comparison_.Near("advantages", judged.advantages.advantage_BN, TensorOf(variant["rank_advantages"], at::kFloat),
                     tolerance);
    EXPECT_TRUE(scene_->spans.items_emitted_B.equal(TensorOf(variant["items_emitted"], at::kLong)));
    if (!variant.contains("advantages")) continue;
    comparison_.Near("advantages on tokens", judged.advantages.advantage_BT,
                     TensorOf(variant["advantages"], at::kFloat), tolerance);
  }
}

TEST_F(RolloutsGolden, LogProbsAndEntropiesInEveryLayout) {
  const at::Tensor mask_BT = scene_->spans.mask_BT;
  const at::Tensor expected_BT = TensorOf(golden()["per_token_logps"], at::kFloat).mul(mask_BT);
  const PromptRange all = {0, static_cast<int64_t>(scene_->prompts.size())};
  for (const int64_t shards : {1, 2}) {
    const auto packed = PackShards(scene_->prompts, scene_->groups, all, shards, mask_BT.size(1));
    const ScoredGrid grid = ScoreWithoutGradients(scene_->llama, scene_->policy.weights.Tensors(), packed, {});
    comparison_.Near("log-probs", grid.logp_BT.mul(mask_BT), expected_BT, {1e-4});
    const at::Tensor entropy_B = grid.entropy_BT.mul(mask_BT).sum(1).div(mask_BT.sum(1));
    comparison_.Near("entropies", entropy_B, TensorOf(golden()["entropy_row_means"], at::kFloat), {1e-4});
  }
}

// Rows go on after EOS in the golden file, filled with padding.
TEST_F(RolloutsGolden, GreedyTokensFromBothPrompts) {
  const json& expected = golden()["greedy"]["new_tokens"];
  SamplingOptions options;
  options.choice.greedy = true;
  options.eos_ids = scene_->policy.config().eos_ids;
  options.max_new_tokens = static_cast<int64_t>(expected[0].size());
  const auto groups = SampleGroups(scene_->llama, scene_->policy.weights.Tensors(), scene_->prompts, 1, options,
                                   [](int64_t, int64_t) { return RandomStream(0, "unused", {}); });
  ASSERT_EQ(groups.size(), expected.size());
  for (size_t prompt = 0; prompt < groups.size(); ++prompt) {
    std::vector<int64_t> ids = groups[prompt][0].ids;
    if (groups[prompt][0].finish == FinishReason::kEndOfSequence) {
      ids.resize(expected[prompt].size(), scene_->policy.config().pad_id.value());
    }
    EXPECT_EQ(ids, expected[prompt].get<std::vector<int64_t>>());
  }
}

}  // namespace
}  // namespace suite::parity
