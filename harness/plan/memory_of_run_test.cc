#include "harness/plan/memory_of_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/plan/policy_shape.h"

namespace suite {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RunConfig PaperRun(const std::string& model) {
  RunConfig run;
  run.policy.path = "nowhere/" + model;
  run.run.device = "cuda";
  run.run.dtype = "bfloat16";
  run.run.threads = 4;
  run.run.recompute_layers = true;
  run.rl.prompts_per_step = 48;
  run.rl.micro_batch_prompts = 4;
  run.rl.group_size = 8;
  run.rl.max_new_tokens = 1024;
  return run;
}

TEST(LargestMemoryPlan, IsThatOfTheLargestModel) {
  const std::string text = LargestMemoryPlan(
      {PaperRun("Qwen2.5-0.5B-Instruct"), PaperRun("Llama-3.2-3B-Instruct"), PaperRun("Llama-3.2-1B-Instruct")}, {});
  EXPECT_THAT(text, HasSubstr("largest run: nowhere/Llama-3.2-3B-Instruct (published sizes of Llama-3.2-3B)"));
  EXPECT_THAT(text, HasSubstr("3.213 billion parameters, 4 processes"));
  EXPECT_THAT(text, HasSubstr(": fits, left"));
  EXPECT_THAT(text, Not(HasSubstr("unknown")));
}

// Float32 gradients alone are 12.9 GB.
TEST(LargestMemoryPlan, SaysWhenItDoesNotFit) {
  EXPECT_THAT(LargestMemoryPlan({PaperRun("Llama-3.2-3B")}, {4, 12, 1}), HasSubstr(": does not fit, missing"));
}

TEST(LargestMemoryPlan, NamesWhatItCannotPlan) {
  const std::string text = LargestMemoryPlan({PaperRun("Mistral-7B")}, {});
  EXPECT_THAT(text, HasSubstr("memory of nowhere/Mistral-7B: unknown"));
  EXPECT_THAT(text, Not(HasSubstr("largest run")));
}

TEST(LargestMemoryPlan, WarnsOfTooFewShards) {
  EXPECT_THAT(LargestMemoryPlan({PaperRun("Llama-3.2-1B")}, {8, 80, 1}), HasSubstr("--set run.threads=8"));
}

TEST(MemorySettingsOf, FollowsTheRun) {
  RunConfig run = PaperRun("Llama-3.2-1B");
  const LlamaConfig config = ShapeOfRun(run)->config;
  const MemorySettings settings = MemorySettingsOf(run, config, {});
  EXPECT_EQ(settings.processes, 4);
  EXPECT_EQ(settings.weight_bytes, 2);
  EXPECT_EQ(settings.gradient_bytes, 4);
  EXPECT_EQ(settings.micro_batch_prompts, 4);
  EXPECT_TRUE(settings.gradient_checkpointing);
  run.run.threads = 8;  // two shards a process
  EXPECT_EQ(MemorySettingsOf(run, config, {}).gradient_bytes, 8);
  run.objective.beta = 0.0;
  EXPECT_FALSE(MemorySettingsOf(run, config, {}).reference_policy);
  run.objective.beta = 1e-3;
  EXPECT_TRUE(MemorySettingsOf(run, config, {}).reference_policy);
}

// The largest resident sets that were measured, in MiB: of 700 steps of the miniature (experiments/table1.toml), and of
// an RL step of SmolLM2-135M on the miniature's conversations.
TEST(MemorySettingsOf, UsualLengthsGiveWhatRunsTook) {
  const auto usual = [](const RunConfig& run, const LlamaConfig& config) {
    const int64_t bytes = PlanMemory(config, MemorySettingsOf(run, config, {}, PlannedLengths::kUsual)).Peak();
    return static_cast<double>(bytes) / (1 << 20);
  };
  constexpr double kMiniature = 626, kSmolLm2 = 3966;
  RunConfig run;
  EXPECT_NEAR(usual(run, ShapeOfRun(run)->config), kMiniature, .15 * kMiniature);
  run.policy.path = "nowhere/SmolLM2-135M-Instruct";
  run.rl.prompts_per_step = 2;
  run.rl.max_new_tokens = 64;
  LlamaConfig config;
  config.hidden_size = 576;
  config.layers = 30;
  config.heads = 9;
  config.kv_heads = 3;
  config.head_dim = 64;
  config.intermediate_size = 1536;
  config.vocab_size = 49152;
  config.max_positions = 8192;
  EXPECT_NEAR(usual(run, config), kSmolLm2, .15 * kSmolLm2);
}

TEST(LargestMemoryPlan, TellsTheUsualOnACpu) {
  const std::string text = LargestMemoryPlan({RunConfig()}, {});
  EXPECT_THAT(text, HasSubstr("  usual, prompts of 24 and answers of 50 "));
  RunConfig run;
  const LlamaConfig config = ShapeOfRun(run)->config;
  const MemorySettings usual = MemorySettingsOf(run, config, {}, PlannedLengths::kUsual);
  EXPECT_LT(PlanMemory(config, usual).Peak(), PlanMemory(config, MemorySettingsOf(run, config, {})).Peak());
  run.rl.max_new_tokens = 8;
  run.data.max_prompt_tokens = 4;
  const MemorySettings cut = MemorySettingsOf(run, config, {}, PlannedLengths::kUsual);
  EXPECT_EQ(cut.new_tokens, 8);
  EXPECT_EQ(cut.prompt_tokens, 4);
  EXPECT_THAT(LargestMemoryPlan({PaperRun("Llama-3.2-1B")}, {}), Not(HasSubstr("usual")));
}

// Prompt and answer share the positions of a checkpoint.
TEST(MemorySettingsOf, PlansForPromptsThatFit) {
  RunConfig run = PaperRun("Llama-3.2-1B");
  LlamaConfig config = ShapeOfRun(run)->config;
  EXPECT_EQ(MemorySettingsOf(run, config, {}).prompt_tokens, 2048);
  config.max_positions = 2048;
  EXPECT_EQ(MemorySettingsOf(run, config, {}).prompt_tokens, 1025);
}

// The trainer bounds activations itself: 2^28 bytes hold one such prompt a shard at a time, however many processes the
// shards are of.
TEST(MemorySettingsOf, CutsTheBatchAsTheTrainerDoes) {
  RunConfig run = PaperRun("Llama-3.2-3B");
  run.rl.micro_batch_prompts = 0;
  const LlamaConfig config = ShapeOfRun(run)->config;
  EXPECT_EQ(MemorySettingsOf(run, config, {}).micro_batch_prompts, 4);
  EXPECT_EQ(MemorySettingsOf(run, config, {/*gpus=*/1, /*gpu_gb=*/80, /*runs_at_once=*/1}).micro_batch_prompts, 4);
  run.rl.activation_bytes = int64_t{1} << 40;
  EXPECT_EQ(MemorySettingsOf(run, config, {}).micro_batch_prompts, 48);
}

}  // namespace
}  // namespace suite
