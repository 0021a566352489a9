#include "harness/rl/trainer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/error.h"
#include "harness/policy/prompt.h"
#include "harness/policy/small_policy.h"
#include "harness/rl/conversation_task.h"

namespace suite {
namespace {

class RlTrainerTest : public ::testing::Test {
 protected:
  RlOptions Options(int64_t mu) const {
    RlOptions options;
    options.group_size = 4;
    options.updates_per_rollout = mu;
    options.schedule.base_rate = 1e-2;
    options.list_length = 3;
    options.sampling.max_new_tokens = 24;
    options.sampling.eos_ids = policy_.config().eos_ids;
    options.sampling.max_lines = 5;
    options.sampling.newlines_by_token = policy_.tokenizer.NewlinesByToken();
    return options;
  }

  RlTrainer Trainer(const RlOptions& options, const std::string& preset = "rank_grpo_log") const {
    return RlTrainer(llama_, policy_.weights, options, MakeObjective(preset, {{"shape_list_end", "true"}}), task_);
  }

  static ConversationTaskOptions TaskOptions() {
    ConversationTaskOptions options;
    options.prompts_per_step = 3;
    options.judge.list_length = 3;
    options.judge.rank_rule = RankRule::kLine;
    return options;
  }

  const Policy policy_ = SmallPolicy();
  const Catalog catalog_ = SmallCatalog();
  const std::vector<Conversation> conversations_ = SmallConversations();
  const ChatTemplate chat_ = MiniatureChatTemplate();
  const Llama llama_{policy_.config()};
  const PromptBuilder prompt_{policy_.tokenizer, chat_};
  const ConversationTask task_{conversations_, catalog_, policy_.tokenizer, prompt_, TaskOptions()};
};

TEST_F(RlTrainerTest, TheRatioOfTheFirstUpdateIsExactlyOne) {
  RlTrainer trainer = Trainer(Options(1));
  const StepRecord record = trainer.Step();
  for (const char* level : {"token", "rank", "sequence"}) {
    EXPECT_EQ(record.at(std::string("ratio/") + level + "/min")[0], 1.0) << level;
    EXPECT_EQ(record.at(std::string("ratio/") + level + "/max")[0], 1.0) << level;
  }
}

// The second update compares with the sampler's own log-probs; at a learning rate of 0 the policy has not moved, so
// what is left is the sampler's rounding against the trainer's. Bound: 2e-5 in log-probability, for float32 at these
// sizes.
TEST_F(RlTrainerTest, SamplerAndTrainerAgreeOnLogProbabilities) {
  RlOptions options = Options(2);
  options.schedule.base_rate = 0;
  RlTrainer trainer = Trainer(options);
  const StepRecord record = trainer.Step();
  EXPECT_NEAR(record.at("ratio/token/min")[0], 1.0, 2e-5);
  EXPECT_NEAR(record.at("ratio/token/max")[0], 1.0, 2e-5);
}

TEST_F(RlTrainerTest, TheRateFallsAtItsStepAndAtZeroNothingMoves) {
  RlOptions options = Options(1);
  options.schedule.kind = ScheduleKind::kSteps;
  options.schedule.base_rate = 1e-2;
  options.schedule.thresholds = {{2, 0.0}};
  RlTrainer trainer = Trainer(options);
  EXPECT_EQ(trainer.Step().at("learning_rate")[0], 1e-2);
  EXPECT_EQ(trainer.Step().at("learning_rate")[0], 1e-2);
  const at::Tensor before = trainer.weights().flat().clone();
  EXPECT_EQ(trainer.Step().at("learning_rate")[0], 0.0);
  EXPECT_TRUE(at::equal(trainer.weights().flat(), before));
}

// A step counts each active token, each emitted rank and each row with a token once, however it is cut.
TEST_F(RlTrainerTest, RatioCountsSumToTheUnitsOfTheBatch) {
  RlOptions whole = Options(2), cut = Options(2);
  cut.micro_batch_prompts = 2;
  RlTrainer a = Trainer(whole), b = Trainer(cut);
  const StepRecord record_a = a.Step(), record_b = b.Step();
  const auto sum = [](const std::vector<double>& counts) { return std::accumulate(counts.begin(), counts.end(), 0.0); };
  EXPECT_EQ(sum(record_a.at("ratio_counts/token")), record_a.at("rollout_tokens")[0]);
  EXPECT_EQ(sum(record_a.at("ratio_counts/sequence")), 3 * 4);
  EXPECT_GE(sum(record_a.at("ratio_counts/rank")), 3 * 4);
  for (const char* level : {"token", "rank", "sequence"}) {
    const std::string name = std::string("ratio_counts/") + level;
    EXPECT_EQ(sum(record_a.at(name)), sum(record_b.at(name))) << level;
    EXPECT_LT(record_a.at(name)[13], sum(record_a.at(name))) << level << ": the second update has moved the policy";
  }
  RlTrainer on_policy = Trainer(Options(1));
  const StepRecord record = on_policy.Step();
  EXPECT_EQ(record.at("ratio_counts/token")[13], sum(record.at("ratio_counts/token"))) << "mu = 1: a spike at 0";
}

// The advantage is centred in each group, at each rank, and what the update saw is what the step recorded.
TEST_F(RlTrainerTest, TheLastCreditIsTheOneOfTheStep) {
  RlTrainer trainer = Trainer(Options(1));
  EXPECT_FALSE(trainer.last_credit().return_BN.defined());
  const StepRecord record = trainer.Step();
  const BatchCredit& credit = trainer.last_credit();
  ASSERT_EQ(credit.return_BN.sizes(), at::IntArrayRef({12, 3}));
  EXPECT_NEAR(credit.return_BN.to(at::kDouble).mean().item<double>(), record.at("return")[0], 1e-6);
  EXPECT_LT(credit.advantage_BN.view({3, 4, 3}).sum(1).abs().max().item<double>(), 1e-4);
}

TEST_F(RlTrainerTest, LaterUpdatesMoveTheRatio) {
  RlTrainer trainer = Trainer(Options(2));
  const StepRecord record = trainer.Step();
  EXPECT_GT(record.at("ratio/token/max")[0] - record.at("ratio/token/min")[0], 1e-3);
  EXPECT_EQ(trainer.optimizer().step, 2);
}

TEST_F(RlTrainerTest, IsDeterministic) {
  RlTrainer a = Trainer(Options(2)), b = Trainer(Options(2));
  for (int i = 0; i < 3; ++i) {
    a.Step();
    b.Step();
  }
  EXPECT_TRUE(at::equal(a.weights().flat(), b.weights().flat()));
}

TEST_F(RlTrainerTest, GoesOnFromItsStateToTheBit) {
  RlTrainer unbroken = Trainer(Options(2)), first = Trainer(Options(2)), second = Trainer(Options(2));
  for (int i = 0; i < 4; ++i) unbroken.Step();
  for (int i = 0; i < 2; ++i) first.Step();
  second.Restore(first.step(), first.weights().flat(), first.optimizer());
  for (int i = 0; i < 2; ++i) second.Step();
  EXPECT_EQ(second.step(), 4);
  EXPECT_TRUE(at::equal(unbroken.weights().flat(), second.weights().flat()));
}

// Rank-mean, KL and list-end terms count the whole batch, so cutting it into backward passes moves nothing but
// rounding.
TEST_F(RlTrainerTest, MicroBatchesAddUpToTheBatch) {
  RlOptions whole = Options(2), cut = Options(2);
  whole.schedule.base_rate = cut.schedule.base_rate = 1e-4;
  cut.micro_batch_prompts = 2;
  RlTrainer a = Trainer(whole), b = Trainer(cut);
  const StepRecord record_a = a.Step(), record_b = b.Step();
  EXPECT_NEAR(record_a.at("loss")[0], record_b.at("loss")[0], 1e-6);
  EXPECT_NEAR(record_a.at("grad_norm")[0], record_b.at("grad_norm")[0], 1e-4 * record_a.at("grad_norm")[0]);
}

// A bound on activations cuts the batch as a number of prompts does.
TEST_F(RlTrainerTest, ActivationsAreBounded) {
  RlOptions by_bytes = Options(2), by_prompts = Options(2);
  by_bytes.activation_bytes = 1;
  by_prompts.micro_batch_prompts = 1;
  RlTrainer a = Trainer(by_bytes), b = Trainer(by_prompts), whole = Trainer(Options(2));
  a.Step();
  b.Step();
  whole.Step();
  EXPECT_TRUE(at::equal(a.weights().flat(), b.weights().flat()));
  EXPECT_FALSE(at::equal(a.weights().flat(), whole.weights().flat()));
}

// bnpo's loss depends on the cut, so memory must not decide on it.
TEST_F(RlTrainerTest, ActivationsDoNotCutABatchThatTheLossCounts) {
  RlOptions bounded = Options(1);
  bounded.activation_bytes = 1;
  RlTrainer a(llama_, policy_.weights, bounded, MakeObjective("grpo", {{"reduction", "bnpo"}}), task_);
  RlTrainer b(llama_, policy_.weights, Options(1), MakeObjective("grpo", {{"reduction", "bnpo"}}), task_);
  EXPECT_EQ(a.Step().at("loss")[0], b.Step().at("loss")[0]);
}

TEST_F(RlTrainerTest, RecomputedLayersTrainToTheSameBits) {
  const Llama recomputing(policy_.config(), {/*recompute_layers=*/true});
  RlTrainer a = Trainer(Options(2));
  RlTrainer b(recomputing, policy_.weights, Options(2), MakeObjective("rank_grpo_log", {{"shape_list_end", "true"}}),
              task_);
  for (int i = 0; i < 2; ++i) {
    a.Step();
    b.Step();
  }
  EXPECT_TRUE(at::equal(a.weights().flat(), b.weights().flat()));
}

// In bfloat16 small steps add up, because the weights they are added to are float32: a step of 1e-5 is far below half a
// unit of bfloat16's last place for a weight of 0.05.
TEST_F(RlTrainerTest, Bfloat16TrainsFloatWeights) {
  RlOptions options = Options(2);
  options.compute = at::kBFloat16;
  options.schedule.base_rate = 1e-5;
  RlTrainer trainer = Trainer(options), again = Trainer(options);
  const StepRecord record = trainer.Step();
  again.Step();
  EXPECT_TRUE(std::isfinite(record.at("loss")[0]));
  const at::Tensor moved = trainer.weights().flat() - policy_.weights.flat();
  EXPECT_EQ(moved.scalar_type(), at::kFloat);
  EXPECT_GT(moved.abs().max().item<double>(), 1e-5);
  EXPECT_LT(moved.abs().max().item<double>(), 3e-5);
  EXPECT_TRUE(at::equal(trainer.weights().flat(), again.weights().flat()));
}

TEST_F(RlTrainerTest, Bfloat16RatioOfTheFirstUpdateIsExactlyOne) {
  RlOptions options = Options(1);
  options.compute = at::kBFloat16;
  const StepRecord record = Trainer(options).Step();
  EXPECT_EQ(record.at("ratio/token/min")[0], 1.0);
  EXPECT_EQ(record.at("ratio/token/max")[0], 1.0);
}

TEST_F(RlTrainerTest, Bfloat16GoesOnFromItsStateToTheBit) {
  RlOptions options = Options(2);
  options.compute = at::kBFloat16;
  RlTrainer unbroken = Trainer(options), first = Trainer(options), second = Trainer(options);
  for (int i = 0; i < 3; ++i) unbroken.Step();
  for (int i = 0; i < 2; ++i) first.Step();
  second.Restore(first.step(), first.weights().flat(), first.optimizer());
  second.Step();
  EXPECT_TRUE(at::equal(unbroken.weights().flat(), second.weights().flat()));
}

TEST_F(RlTrainerTest, ShardsChangeRoundingOnly) {
  RlOptions one = Options(1), three = Options(1);
  three.shards = three.sampling.shards = 3;
  RlTrainer a = Trainer(one), b = Trainer(three);
  const StepRecord record_a = a.Step(), record_b = b.Step();
  EXPECT_EQ(record_a.at("reward_by_rank"), record_b.at("reward_by_rank"));
  EXPECT_NEAR(record_a.at("grad_norm")[0], record_b.at("grad_norm")[0], 1e-4 * record_a.at("grad_norm")[0]);
}

TEST_F(RlTrainerTest, RefusesTruncatedSampling) {
  RlOptions options = Options(1);
  options.sampling.choice.top_k = 5;
  EXPECT_THROW(Trainer(options), InputError);
}

// A reward that any policy can find: rank 1 hits when the first token has an even id. Ten updates must raise it.
class EvenFirstToken : public RlTask {
 public:
  std::vector<int64_t> Conversations(int64_t step) const override { return {step, step + 1, step + 2, step + 3}; }
  std::vector<int64_t> PromptIds(int64_t conversation) const override { return {2, 40 + conversation % 7, 3}; }
  JudgedRollouts Judge(const std::vector<int64_t>&, const std::vector<RolloutGroup>& groups) const override {
    JudgedRollouts judged;
    const int64_t rows = static_cast<int64_t>(groups.size() * groups[0].size());
    judged.relevance_BN = at::zeros({rows, 3}, at::kFloat);
    int64_t row = 0;
    for (const RolloutGroup& group : groups) {
      for (const Rollout& rollout : group) judged.relevance_BN[row++][0] = rollout.ids[0] % 2 == 0 ? 1.0 : 0.0;
    }
    judged.series["hits"] = {judged.relevance_BN.select(1, 0).mean().item<double>()};
    return judged;
  }
};

// With one update a rollout every ratio is 1, so GRPO and GSPO are the same update.
TEST_F(RlTrainerTest, GrpoAndGspoAreOneUpdateOnPolicy) {
  const EvenFirstToken task;
  RlTrainer grpo(llama_, policy_.weights, Options(1), MakeObjective("grpo"), task);
  RlTrainer gspo(llama_, policy_.weights, Options(1), MakeObjective("gspo"), task);
  const double a = grpo.Step().at("grad_norm")[0], b = gspo.Step().at("grad_norm")[0];
  EXPECT_GT(a, 1e-3);
  EXPECT_NEAR(a, b, 1e-5 * a);
}

TEST_F(RlTrainerTest, TrainingRaisesTheReward) {
  const EvenFirstToken task;
  RlOptions options = Options(1);
  options.group_size = 8;
  options.schedule.base_rate = 2e-2;
  RlTrainer trainer(llama_, policy_.weights, options, MakeObjective("rank_grpo_exp_inf"), task);
  double early = 0, late = 0;
  for (int i = 0; i < 30; ++i) {
    const double hits = trainer.Step().at("hits")[0];
    if (i < 5) early += hits / 5;
    if (i >= 25) late += hits / 5;
  }
  EXPECT_GT(late, early + 0.2) << "from " << early;
}

}  // namespace
}  // namespace suite
