#include "harness/rl/conversation_task.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "harness/policy/prompt.h"
#include "harness/policy/small_policy.h"
#include "harness/rl/evaluator.h"

namespace suite {
namespace {

class ConversationTaskTest : public ::testing::Test {
 protected:
  ConversationTask Task(int list_length) const {
    ConversationTaskOptions options;
    options.prompts_per_step = 3;
    options.judge.list_length = list_length;
    options.judge.rank_rule = RankRule::kLine;
    return ConversationTask(conversations_, catalog_, policy_.tokenizer, prompt_, options);
  }

  Rollout Answer(const std::string& text) const {
    Rollout rollout;
    rollout.ids = policy_.tokenizer.Encode(text + "<|end|>");
    rollout.logp.resize(rollout.ids.size());
    return rollout;
  }

  const Policy policy_ = SmallPolicy();
  const Catalog catalog_ = SmallCatalog();
  const std::vector<Conversation> conversations_ = SmallConversations();
  const ChatTemplate chat_ = MiniatureChatTemplate();
  const PromptBuilder prompt_{policy_.tokenizer, chat_};
};

TEST_F(ConversationTaskTest, AnEpochTakesEveryConversationOnce) {
  const ConversationTask task = Task(3);
  std::multiset<int64_t> seen;
  for (int64_t step = 0; step < 7; ++step) {
    for (const int64_t conversation : task.Conversations(step)) seen.insert(conversation);
  }
  for (int64_t i = 0; i < 7; ++i) EXPECT_EQ(seen.count(i), 3u) << i;
  EXPECT_EQ(task.Conversations(1), task.Conversations(1));
}

TEST_F(ConversationTaskTest, PromptsEndWhereTheAnswerBegins) {
  const std::string text = policy_.tokenizer.Decode(Task(3).PromptIds(2));
  EXPECT_EQ(text, "<|user|>I love Jaws (1975). More like number 2?<|assistant|>");
}

// Ground truth: Heat (1995) and Big (1988); Jaws is seen.
TEST_F(ConversationTaskTest, JudgesByHand) {
  const std::vector<RolloutGroup> groups = {
      {Answer("Heat (1995)\nHeat (1995)\nBig (1988)"), Answer("Nonsense\nJaws (1975)\nUnknown (1999)\nFargo (1996)")}};
  const JudgedRollouts judged = Task(3).Judge({0}, groups);
  const std::vector<float> expected = {1, 0, 1, 0, 0, 0};
  for (int64_t i = 0; i < 6; ++i) {
    EXPECT_EQ(judged.relevance_BN.view({-1})[i].item<float>(), expected[static_cast<size_t>(i)]) << i;
  }
  EXPECT_EQ(judged.parts.duplicate_BN[0][1].item<float>(), 1);
  EXPECT_EQ(judged.parts.duplicate_BN.sum().item<float>(), 1);
  EXPECT_EQ(judged.parts.format_BN[1][0].item<float>(), 1);
  EXPECT_EQ(judged.parts.out_of_catalog_BN[1][2].item<float>(), 1);
  EXPECT_EQ(judged.series.at("reward_by_rank"), (std::vector<double>{0.5, 0, 0.5}));
  EXPECT_NEAR(judged.series.at("reward")[0], (1 + 1 / std::log2(4.0)) / 2, 1e-12);
  EXPECT_NEAR(judged.series.at("in_catalog_ratio")[0], 4.0 / 6, 1e-12);
  EXPECT_NEAR(judged.series.at("duplicate_share")[0], 1.0 / 6, 1e-12);
  EXPECT_NEAR(judged.series.at("unparsed")[0], 1.0 / 6, 1e-12);
}

TEST_F(ConversationTaskTest, EvaluationIsGreedyAndPerConversation) {
  const Llama llama(policy_.config());
  EvaluationOptions options;
  options.list_length = 3;
  options.cutoffs = {1, 3};
  options.batch = 4;
  options.sampling.max_new_tokens = 12;
  options.sampling.eos_ids = policy_.config().eos_ids;
  const auto evaluate = [&](int64_t batch) {
    options.batch = batch;
    return Evaluate(llama, policy_.weights.Tensors(), policy_.tokenizer, prompt_, conversations_, catalog_, options);
  };
  const Evaluation a = evaluate(4), b = evaluate(7);
  EXPECT_EQ(a.metrics, (std::vector<std::string>{"recall@1", "recall@3", "ndcg@1", "ndcg@3", "distinct_recall@1",
                                                 "distinct_recall@3", "distinct_ndcg@1", "distinct_ndcg@3",
                                                 "in_catalog_ratio", "duplicate_share"}));
  ASSERT_EQ(a.scores.size(), a.metrics.size());
  EXPECT_EQ(a.judged.size(), conversations_.size());
  EXPECT_EQ(a.scores[0].size(), conversations_.size());
  EXPECT_EQ(a.answers, b.answers) << "the batch changes nothing";
}

}  // namespace
}  // namespace suite
