#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "harness/policy/prompt.h"
#include "harness/policy/small_policy.h"
#include "harness/rl/conversation_task.h"
#include "harness/rl/evaluator.h"
#include "harness/rl/trainer.h"
#include "harness/sft/language_model_trainer.h"
#include "models/fake_device.h"

namespace suite {
namespace {

// Random weights name no film, so answers are worth what their first tokens say: odd ones are hits.
class OddTokensPay : public RlTask {
 public:
  explicit OddTokensPay(const RlTask& task) : task_(task) {}
  std::vector<int64_t> Conversations(int64_t step) const override { return task_.Conversations(step); }
  std::vector<int64_t> PromptIds(int64_t conversation) const override { return task_.PromptIds(conversation); }
  JudgedRollouts Judge(const std::vector<int64_t>& conversations,
                       const std::vector<RolloutGroup>& groups) const override {
    JudgedRollouts judged = task_.Judge(conversations, groups);
    int64_t row = 0;
    for (const RolloutGroup& group : groups) {
      for (const Rollout& rollout : group) {
        for (int64_t k = 0; k < judged.relevance_BN.size(1); ++k) {
          const auto place = static_cast<size_t>(k);
          const bool pays = place < rollout.ids.size() && rollout.ids[place] % 2 == 1;
          judged.relevance_BN[row][k].fill_(pays ? 1.0 : 0.0);
        }
        ++row;
      }
    }
    return judged;
  }

 private:
  const RlTask& task_;
};

// Llama, trainers and evaluator, on the CPU and on a device that is not: whatever they leave behind on the CPU ends the
// program or throws.
class OnAnyDevice : public ::testing::Test {
 protected:
  RlOptions Options() const {
    RlOptions options;
    options.group_size = 4;
    options.updates_per_rollout = 2;
    options.schedule.base_rate = 1e-3;
    options.list_length = 3;
    options.sampling.max_new_tokens = 16;
    options.sampling.eos_ids = policy_.config().eos_ids;
    options.sampling.max_lines = 5;
    options.sampling.newlines_by_token = policy_.tokenizer.NewlinesByToken();
    return options;
  }

  static ConversationTaskOptions TaskOptions() {
    ConversationTaskOptions options;
    options.prompts_per_step = 2;
    options.judge.list_length = 3;
    return options;
  }

  const Policy policy_ = SmallPolicy();
  const Catalog catalog_ = SmallCatalog();
  const std::vector<Conversation> conversations_ = SmallConversations();
  const ChatTemplate chat_ = MiniatureChatTemplate();
  const PromptBuilder prompt_{policy_.tokenizer, chat_};
  const ConversationTask task_{conversations_, catalog_, policy_.tokenizer, prompt_, TaskOptions()};
  const OddTokensPay paying_{task_};
  const Llama here_{policy_.config()};
  const Llama there_{policy_.config(), {/*recompute_layers=*/false, FakeDevice()}};
};

class ByObjective : public OnAnyDevice, public ::testing::WithParamInterface<const char*> {};

// Kernels and ATen round differently; tokens are drawn from sums of float32 here, of float64 there. Bound: 1e-5 on
// numbers near 1.
TEST_P(ByObjective, ReinforcementLearningTakesTheSameStep) {
  const auto trainer = [&](const Llama& llama, at::Device device) {
    return RlTrainer(llama, policy_.weights.To(device, at::kFloat), Options(),
                     MakeObjective(GetParam(), {{"beta", "0.01"}, {"shape_list_end", "true"}}), paying_);
  };
  RlTrainer here = trainer(here_, at::kCPU), there = trainer(there_, FakeDevice());
  const int64_t before = FakeDeviceCalls();
  for (int step = 0; step < 2; ++step) {
    const StepRecord a = here.Step(), b = there.Step();
    EXPECT_GT(a.at("grad_norm")[0], 0);
    EXPECT_EQ(a.at("reward"), b.at("reward"));
    EXPECT_EQ(a.at("tokens"), b.at("tokens"));
    EXPECT_NEAR(a.at("loss")[0], b.at("loss")[0], 1e-5);
    EXPECT_NEAR(a.at("grad_norm")[0], b.at("grad_norm")[0], 1e-4 * a.at("grad_norm")[0]);
  }
  EXPECT_GT(FakeDeviceCalls(), before + 1000);
  const PolicyState state = there.GatherState(true);
  EXPECT_TRUE(state.weights_flat.is_cpu());
  EXPECT_TRUE(state.optimizer.first_moment.front().is_cpu());
  EXPECT_TRUE(state.optimizer.second_moment.front().is_cpu());
  EXPECT_FALSE(there.weights().flat().is_cpu());
  // A checkpoint goes back to the device.
  RlTrainer again = trainer(there_, FakeDevice());
  again.Restore(there.step(), state.weights_flat, state.optimizer);
  EXPECT_EQ(again.Step().at("loss"), there.Step().at("loss"));
}

INSTANTIATE_TEST_SUITE_P(Objectives, ByObjective, ::testing::Values("rank_grpo_log", "gspo"));

// Two shards on two threads, layers computed again, bfloat16: other ways through the same code.
TEST_F(OnAnyDevice, ReinforcementLearningRunsInBfloat16) {
  const Llama recomputing(policy_.config(), {/*recompute_layers=*/true, FakeDevice()});
  RlOptions options = Options();
  options.compute = at::kBFloat16;
  options.shards = options.sampling.shards = 2;
  RlTrainer trainer(recomputing, policy_.weights.To(FakeDevice(), at::kFloat), options,
                    MakeObjective("rank_grpo_log", {{"beta", "0.01"}, {"shape_list_end", "true"}}), paying_);
  const at::Tensor before = trainer.GatherState(true).weights_flat.clone();
  const StepRecord record = trainer.Step();
  EXPECT_TRUE(std::isfinite(record.at("loss")[0]));
  EXPECT_GT(record.at("grad_norm")[0], 0);
  EXPECT_FALSE(at::equal(trainer.GatherState(true).weights_flat, before));
}

TEST_F(OnAnyDevice, NextTokenTrainingTakesTheSameStep) {
  LanguageModelOptions options;
  options.stage = "sft";
  options.batch = 2;
  options.schedule.base_rate = 1e-3;
  std::vector<ScoredSequence> sequences;
  for (const Conversation& conversation : conversations_) {
    std::vector<int64_t> ids = prompt_.Ids(conversation);
    sequences.push_back({ids, static_cast<int64_t>(ids.size()) / 2});
  }
  LanguageModelTrainer here(here_, policy_.weights, sequences, options);
  LanguageModelTrainer there(there_, policy_.weights.To(FakeDevice(), at::kFloat), sequences, options);
  for (int step = 0; step < 2; ++step) EXPECT_NEAR(here.Step().loss, there.Step().loss, 1e-5);
  EXPECT_NEAR(here.LossOn(sequences), there.LossOn(sequences), 1e-5);
}

TEST_F(OnAnyDevice, LogitsAreTheSame) {
  const PackedTokens packed = PackSequences({{prompt_.Ids(conversations_[0]), 1}, {prompt_.Ids(conversations_[1]), 1}});
  const LlamaWeights there = policy_.weights.To(FakeDevice(), at::kFloat);
  EXPECT_TRUE(at::allclose(here_.Logits(policy_.weights.Tensors(), packed),
                           there_.Logits(there.Tensors(), packed).cpu(), 1e-4, 1e-5));
}

TEST_F(OnAnyDevice, EvaluationGivesTheSameAnswers) {
  EvaluationOptions options;
  options.list_length = 3;
  options.cutoffs = {1, 3};
  options.sampling = Options().sampling;
  const auto evaluate = [&](const Llama& llama, at::Device device) {
    const LlamaWeights weights = policy_.weights.To(device, at::kFloat);
    return Evaluate(llama, weights.Tensors(), policy_.tokenizer, prompt_, conversations_, catalog_, options);
  };
  EXPECT_EQ(evaluate(here_, at::kCPU).answers, evaluate(there_, FakeDevice()).answers);
}

}  // namespace
}  // namespace suite
