#include "harness/sft/language_model_trainer.h"

#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include <set>

#include "harness/policy/small_policy.h"

namespace suite {
namespace {

std::vector<ScoredSequence> Sequences(const Policy& policy, bool completion_only) {
  std::vector<ScoredSequence> sequences;
  const auto items = SmallCatalog().items();
  for (size_t i = 0; i < items.size(); ++i) {
    const auto prompt = policy.tokenizer.Encode("<|user|>Like " + items[i].title + "<|assistant|>");
    const auto answer = policy.tokenizer.Encode(FormatList({items[i], items[(i + 1) % items.size()]}) + "<|end|>");
    ScoredSequence one = {prompt, completion_only ? static_cast<int64_t>(prompt.size()) : 1};
    one.ids.insert(one.ids.end(), answer.begin(), answer.end());
    sequences.push_back(one);
  }
  return sequences;
}

LanguageModelOptions Options() {
  LanguageModelOptions options;
  options.stage = "sft";
  options.batch = 4;
  options.schedule.kind = ScheduleKind::kConstant;
  options.schedule.base_rate = 1e-2;
  return options;
}

TEST(EpochOrder, IsAPermutationThatDependsOnSeedStageAndEpoch) {
  const auto order = EpochOrder(1, "sft", 0, 100);
  EXPECT_EQ(std::set<size_t>(order.begin(), order.end()).size(), 100u);
  EXPECT_EQ(order, EpochOrder(1, "sft", 0, 100));
  EXPECT_NE(order, EpochOrder(2, "sft", 0, 100));
  EXPECT_NE(order, EpochOrder(1, "pretrain", 0, 100));
  EXPECT_NE(order, EpochOrder(1, "sft", 1, 100));
}

TEST(LanguageModelTrainer, LearnsASmallSetByHeart) {
  const Policy policy = SmallPolicy();
  const Llama llama(policy.config());
  LanguageModelTrainer trainer(llama, policy.weights, Sequences(policy, true), Options());
  const double first = trainer.Step().loss;
  LanguageModelStep last;
  while (trainer.step() < 150) last = trainer.Step();
  EXPECT_GT(first, 3.0);
  EXPECT_LT(last.loss, 0.2);
}

TEST(LanguageModelTrainer, CountsTheCompletionOnlyOrEverything) {
  const Policy policy = SmallPolicy();
  const Llama llama(policy.config());
  LanguageModelTrainer completion(llama, policy.weights, Sequences(policy, true), Options());
  LanguageModelTrainer full(llama, policy.weights, Sequences(policy, false), Options());
  const LanguageModelStep a = completion.Step(), b = full.Step();
  EXPECT_LT(a.counted_tokens, b.counted_tokens);
  EXPECT_EQ(b.counted_tokens, b.tokens - 4) << "all but the first token of each sequence";
}

TEST(LanguageModelTrainer, AccumulationChangesRoundingOnly) {
  const Policy policy = SmallPolicy();
  const Llama llama(policy.config());
  LanguageModelOptions accumulating = Options();
  accumulating.micro_batches = 4;
  LanguageModelTrainer whole(llama, policy.weights, Sequences(policy, true), Options());
  LanguageModelTrainer parts(llama, policy.weights, Sequences(policy, true), accumulating);
  for (int i = 0; i < 3; ++i) {
    const LanguageModelStep a = whole.Step(), b = parts.Step();
    EXPECT_NEAR(a.loss, b.loss, 1e-5);
    EXPECT_NEAR(a.grad_norm, b.grad_norm, 1e-4 * a.grad_norm);
    EXPECT_EQ(a.counted_tokens, b.counted_tokens);
  }
}

TEST(LanguageModelTrainer, TheLossOnOtherSequencesIsThatOfAStep) {
  const Policy policy = SmallPolicy();
  const Llama llama(policy.config());
  LanguageModelOptions options = Options();
  options.batch = 6;  // all of them
  LanguageModelTrainer trainer(llama, policy.weights, Sequences(policy, true), options);
  for (int i = 0; i < 3; ++i) {
    const double before = trainer.LossOn(Sequences(policy, true));
    EXPECT_NEAR(before, trainer.Step().loss, 1e-6);
  }
  // In parts, the mean is over tokens and not over parts.
  LanguageModelOptions small = options;
  small.batch = 4;
  LanguageModelTrainer in_parts(llama, trainer.weights(), Sequences(policy, true), small);
  EXPECT_NEAR(in_parts.LossOn(Sequences(policy, true)), trainer.LossOn(Sequences(policy, true)), 1e-6);
}

TEST(LanguageModelTrainer, LearnsInBfloat16WithWeightsInFloat32) {
  const Policy policy = SmallPolicy();
  const Llama llama(policy.config());
  LanguageModelOptions narrow = Options();
  narrow.compute = at::kBFloat16;
  LanguageModelTrainer exact(llama, policy.weights, Sequences(policy, true), Options());
  LanguageModelTrainer trainer(llama, policy.weights, Sequences(policy, true), narrow);
  const double first = trainer.Step().loss;
  EXPECT_NEAR(first, exact.Step().loss, .03);
  EXPECT_NE(first, exact.LossOn(Sequences(policy, true)));
  EXPECT_EQ(trainer.weights().flat().scalar_type(), at::kFloat);
  LanguageModelStep last;
  while (trainer.step() < 150) last = trainer.Step();
  EXPECT_LT(last.loss, 0.25);
}

TEST(LanguageModelTrainer, GoesOnFromItsStateToTheBit) {
  const Policy policy = SmallPolicy();
  const Llama llama(policy.config());
  const auto sequences = Sequences(policy, true);
  LanguageModelTrainer unbroken(llama, policy.weights, sequences, Options());
  LanguageModelTrainer first(llama, policy.weights, sequences, Options());
  LanguageModelTrainer second(llama, policy.weights, sequences, Options());
  while (unbroken.step() < 7) unbroken.Step();
  while (first.step() < 3) first.Step();
  second.Restore(first.step(), first.weights().flat(), first.optimizer());
  while (second.step() < 7) second.Step();
  EXPECT_TRUE(at::equal(unbroken.weights().flat(), second.weights().flat()));
}

}  // namespace
}  // namespace suite
