// Training under a constraint: the policy that is trained is the constrained one.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "harness/policy/catalogue_constraint.h"
#include "harness/policy/prompt.h"
#include "harness/policy/small_policy.h"
#include "harness/rl/conversation_task.h"
#include "harness/rl/evaluator.h"
#include "harness/rl/trainer.h"
#include "models/llama/packed_tokens.h"

namespace suite {
namespace {

// A task whose last answers are kept.
class Remembering : public RlTask {
 public:
  explicit Remembering(const RlTask& task) : task_(task) {}
  std::vector<int64_t> Conversations(int64_t step) const override { return task_.Conversations(step); }
  std::vector<int64_t> PromptIds(int64_t conversation) const override { return task_.PromptIds(conversation); }
  std::vector<int64_t> ClosedLines(int64_t conversation) const override { return task_.ClosedLines(conversation); }
  JudgedRollouts Judge(const std::vector<int64_t>& conversations,
                       const std::vector<RolloutGroup>& groups) const override {
    groups_ = groups;
    return task_.Judge(conversations, groups);
  }
  const std::vector<RolloutGroup>& groups() const { return groups_; }

 private:
  const RlTask& task_;
  mutable std::vector<RolloutGroup> groups_;
};

class ConstrainedTrainingTest : public ::testing::Test {
 protected:
  // At a learning rate of 0 nothing moves: what a second update sees is the same policy, scored.
  RlOptions Options(const std::string& kind, int64_t mu, double learning_rate) const {
    RlOptions options;
    options.group_size = 4;
    options.updates_per_rollout = mu;
    options.schedule.base_rate = learning_rate;
    options.list_length = 3;
    options.sampling.max_new_tokens = 60;
    options.sampling.eos_ids = policy_.config().eos_ids;
    options.sampling.newlines_by_token = policy_.tokenizer.NewlinesByToken();
    options.sampling.constraint =
        CatalogueConstraint(kind, catalog_, policy_.tokenizer, chat_, policy_.config().eos_ids, options.list_length);
    return options;
  }

  RlTrainer Trainer(const RlOptions& options, const RlTask& task, const ObjectiveOverrides& overrides = {}) const {
    return RlTrainer(llama_, policy_.weights, options, MakeObjective("rank_grpo_exp_inf", overrides), task);
  }

  ConversationTask Task(bool close_seen) const {
    ConversationTaskOptions options;
    options.prompts_per_step = 3;
    options.judge.list_length = 3;
    options.judge.rank_rule = RankRule::kLine;
    options.close_seen = close_seen;
    return ConversationTask(conversations_, catalog_, policy_.tokenizer, prompt_, options);
  }

  const Policy policy_ = SmallPolicy();
  const Catalog catalog_ = SmallCatalog();
  const std::vector<Conversation> conversations_ = SmallConversations();
  const ChatTemplate chat_ = MiniatureChatTemplate();
  const Llama llama_{policy_.config()};
  const PromptBuilder prompt_{policy_.tokenizer, chat_};
  const ConversationTask task_ = Task(false);
};

TEST_F(ConstrainedTrainingTest, AnswersAreListsOfTheCatalogue) {
  RlTrainer trainer = Trainer(Options("catalogue", 1, 1e-2), task_);
  const StepRecord record = trainer.Step();
  EXPECT_EQ(record.at("in_catalog_ratio")[0], 1.0);
  EXPECT_EQ(record.at("unparsed")[0], 0.0);
  EXPECT_EQ(record.at("completions/clipped_ratio")[0], 0.0);
  RlTrainer without = Trainer(Options("catalogue_no_repeats", 1, 1e-2), task_);
  const StepRecord record_without = without.Step();
  EXPECT_GT(record.at("duplicate_share")[0], 0.0);
  EXPECT_EQ(record_without.at("duplicate_share")[0], 0.0);
  EXPECT_GE(record_without.at("distinct_items_in_group")[0], 3.0);
  EXPECT_LE(record_without.at("distinct_items_in_group")[0], 6.0);
}

// As for the whole vocabulary (trainer_test.cc): sampler and scorer renormalise over the same tokens.
TEST_F(ConstrainedTrainingTest, SamplerAndTrainerAgreeOnLogProbabilities) {
  for (const char* kind : {"catalogue", "catalogue_no_repeats"}) {
    RlTrainer trainer = Trainer(Options(kind, 2, 0), task_, {{"beta", "0.1"}});
    const StepRecord record = trainer.Step();
    EXPECT_NEAR(record.at("ratio/token/min")[0], 1.0, 2e-5) << kind;
    EXPECT_NEAR(record.at("ratio/token/max")[0], 1.0, 2e-5) << kind;
    EXPECT_NEAR(record.at("kl")[0], 0.0, 1e-6) << kind;  // the reference is scored over the same tokens
  }
}

// The known mistake: the ratio of a token is the share of the probability that the constraint keeps, at the first
// update too.
TEST_F(ConstrainedTrainingTest, WithoutTheConstraintInTheLossTheRatioIsTheKeptMass) {
  RlOptions options = Options("catalogue", 1, 0);
  options.constraint_in_loss = false;
  const Remembering remembering(task_);
  RlTrainer trainer = Trainer(options, remembering);
  const StepRecord record = trainer.Step();
  const std::vector<int64_t> conversations = task_.Conversations(0);
  double kept = 0, tokens = 0;
  for (size_t p = 0; p < conversations.size(); ++p) {
    const std::vector<int64_t> prompt = task_.PromptIds(conversations[p]);
    for (const Rollout& rollout : remembering.groups()[p]) {
      std::vector<int64_t> all = prompt;
      all.insert(all.end(), rollout.ids.begin(), rollout.ids.end());
      const at::Tensor probabilities =
          at::softmax(llama_.Logits(policy_.weights.Tensors(), PackSequences({{all, 1}})), 1);
      ListState state(*options.sampling.constraint);
      for (size_t t = 0; t < rollout.ids.size(); ++t, ++tokens) {
        const TokenSpan span = state.Allowed();
        for (int32_t i = 0; i < span.count; ++i) {
          const int64_t id = options.sampling.constraint->vocabulary()[static_cast<size_t>(span.ids[i])];
          kept += probabilities[static_cast<int64_t>(prompt.size() + t) - 1][id].item<double>();
        }
        state.Take(options.sampling.constraint->CompactOf(rollout.ids[t]));
      }
    }
  }
  EXPECT_LT(kept / tokens, 0.9);
  EXPECT_NEAR(record.at("ratio/token/mean")[0], kept / tokens, 1e-5);
}

TEST_F(ConstrainedTrainingTest, ForcedTokensCanBeLeftOutOfTheLoss) {
  RlOptions options = Options("catalogue", 1, 1e-2);
  const double all = Trainer(options, task_).Step().at("num_tokens")[0];
  options.leave_out_forced = true;
  RlTrainer trainer = Trainer(options, task_);
  const StepRecord record = trainer.Step();
  EXPECT_LT(record.at("num_tokens")[0], 0.7 * all);
  EXPECT_GT(record.at("num_tokens")[0], 0);
  // Ranks are still what they were to whoever reads the answers.
  EXPECT_EQ(trainer.last_credit().spans.mask_BT.sum().item<int64_t>(), static_cast<int64_t>(all));
}

TEST_F(ConstrainedTrainingTest, SeenItemsCanBeClosed) {
  const ConversationTask task = Task(/*close_seen=*/true);
  const Remembering remembering(task);
  RlTrainer trainer = Trainer(Options("catalogue", 1, 1e-2), remembering);
  for (int step = 0; step < 5; ++step) {
    trainer.Step();
    for (const RolloutGroup& group : remembering.groups()) {
      for (const Rollout& rollout : group) {
        EXPECT_EQ(policy_.tokenizer.Decode(rollout.ids).find("Jaws"), std::string::npos);
      }
    }
  }
}

TEST_F(ConstrainedTrainingTest, MicroBatchesAndShardsChangeRoundingOnly) {
  RlOptions options = Options("catalogue_no_repeats", 2, 1e-2);
  RlTrainer whole = Trainer(options, task_);
  options.micro_batch_prompts = 2;
  options.shards = options.sampling.shards = 2;
  RlTrainer cut = Trainer(options, task_);
  whole.Step();
  cut.Step();
  EXPECT_LT((whole.weights().flat() - cut.weights().flat()).abs().max().item<double>(), 2e-4);
}

TEST_F(ConstrainedTrainingTest, EvaluationIsHeldToTheCatalogue) {
  const auto evaluate = [&](const std::string& kind, bool close_seen) {
    EvaluationOptions options;
    options.list_length = 3;
    options.cutoffs = {3};
    options.close_seen = close_seen;
    options.batch = 3;
    options.sampling = Options(kind, 1, 0).sampling;
    return Evaluate(llama_, policy_.weights.Tensors(), policy_.tokenizer, prompt_, conversations_, catalog_, options);
  };
  EXPECT_LT(MeanScore(evaluate("none", false), "in_catalog_ratio"), 1.0);
  EXPECT_EQ(MeanScore(evaluate("catalogue", false), "in_catalog_ratio"), 1.0);
  const Evaluation without = evaluate("catalogue_no_repeats", true);
  EXPECT_EQ(MeanScore(without, "duplicate_share"), 0.0);
  for (const std::string& answer : without.answers) EXPECT_EQ(answer.find("Jaws"), std::string::npos) << answer;
}

}  // namespace
}  // namespace suite
