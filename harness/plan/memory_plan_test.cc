#include "harness/plan/memory_plan.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

// Llama-3.2-3B-Instruct's sizes, as published.
LlamaConfig Llama3B() {
  LlamaConfig config;
  config.hidden_size = 3072;
  config.layers = 28;
  config.heads = 24;
  config.kv_heads = 8;
  config.head_dim = 128;
  config.intermediate_size = 8192;
  config.vocab_size = 128256;
  return config;
}

int64_t BytesOf(const MemoryPlan& plan, const std::string& name) {
  for (const MemoryPart& part : plan.parts) {
    if (part.name == name) return part.bytes;
  }
  return -1;
}

class PlanOfLlama3B : public ::testing::Test {
 protected:
  MemorySettings settings_ = [] {
    MemorySettings settings;
    settings.processes = 4;
    settings.micro_batch_prompts = 4;  // one prompt a process
    settings.gradient_checkpointing = true;
    return settings;
  }();
};

// 49,023 pieces of 65,536 parameters make slices of 12,256 pieces: 803,209,216 parameters.
TEST_F(PlanOfLlama3B, SharesTheOptimizer) {
  const MemoryPlan plan = PlanMemory(Llama3B(), settings_);
  EXPECT_EQ(BytesOf(plan, "weights"), 6425499648);
  EXPECT_EQ(BytesOf(plan, "gradients"), 12850999296);
  EXPECT_EQ(BytesOf(plan, "reference policy"), 6425499648);
  EXPECT_EQ(BytesOf(plan, "masters, float32, share"), 3212836864);
  EXPECT_EQ(BytesOf(plan, "gradient sum, float32, share"), 3212836864);
  EXPECT_EQ(BytesOf(plan, "moments, float32, share"), 6425673728);
}

TEST_F(PlanOfLlama3B, CountsWhatARowKeeps) {
  const MemoryPlan plan = PlanMemory(Llama3B(), settings_);
  // 3 prompts of 2048 and 24 completions of 1024 tokens, 114,688 bytes each.
  EXPECT_EQ(BytesOf(plan, "key-value cache"), 3523215360);
  // 10,240 rows: 28 layers' inputs of 6144 bytes, and one layer's 2 (12288 + 5120 + 3072 + 24576) + 4 x 26 = 90,216.
  EXPECT_EQ(BytesOf(plan, "activations, checkpointed"), 2685419520);
  // 261 rows of 128,256 logits in 2 + 12 bytes.
  EXPECT_EQ(BytesOf(plan, "logits blocks"), 468647424);
  EXPECT_EQ(BytesOf(plan, "head's gradient, float32"), 1576009728);
  EXPECT_EQ(BytesOf(plan, "exchange buckets"), -1);  // smaller than what they follow
  EXPECT_EQ(plan.Bytes(MemoryPhase::kAlways), 41774571520);
  EXPECT_EQ(plan.Peak(), 46504648192);  // always, and the update
  settings_.gradient_checkpointing = false;
  EXPECT_EQ(BytesOf(PlanMemory(Llama3B(), settings_), "activations"), 25866731520);  // 28 x 10,240 x 90,216
}

// 3 prompts of 2048 x 2048 scores of 24 heads, three float32 tensors; 8 x 1024 rows by 2048 keys, five.
TEST_F(PlanOfLlama3B, CountsTheScoresOfExplicitAttention) {
  EXPECT_EQ(BytesOf(PlanMemory(Llama3B(), settings_), "attention scores"), 0);
  settings_.explicit_attention = true;
  const MemoryPlan plan = PlanMemory(Llama3B(), settings_);
  EXPECT_EQ(BytesOf(plan, "attention scores, prefill"), 3623878656);
  EXPECT_EQ(BytesOf(plan, "attention scores"), 8053063680);
}

TEST(FormatMemoryPlan, ShowsSmallModelsInMillionsAndMebibytes) {
  MemoryPlan plan;
  plan.parameters = 74'000;
  plan.parts = {{"weights", MemoryPhase::kAlways, 296'000}};
  const std::string text = FormatMemoryPlan(plan, int64_t{1} << 30);
  EXPECT_NE(text.find("0.074 million parameters, 1 process of     1.00 GiB each"), std::string::npos) << text;
  EXPECT_NE(text.find("    0.28 MiB: fits, left  1023.72 MiB"), std::string::npos) << text;
}

TEST_F(PlanOfLlama3B, SaysWhetherItFits) {
  const int64_t card = 80'000'000'000;
  EXPECT_NE(FormatMemoryPlan(PlanMemory(Llama3B(), settings_), card).find(": fits, left    31.19 GiB"),
            std::string::npos)
      << FormatMemoryPlan(PlanMemory(Llama3B(), settings_), card);
  settings_.gradient_checkpointing = false;
  settings_.micro_batch_prompts = 0;
  const std::string all_at_once = FormatMemoryPlan(PlanMemory(Llama3B(), settings_), card);
  EXPECT_NE(all_at_once.find(": does not fit, missing"), std::string::npos) << all_at_once;
  EXPECT_NE(all_at_once.find("3.213 billion parameters, 4 processes of    74.51 GiB each"), std::string::npos);
}

TEST_F(PlanOfLlama3B, MoreProcessesNeverNeedMore) {
  int64_t last = INT64_MAX;
  for (const int64_t processes : {1, 2, 4, 8}) {
    settings_.processes = processes;
    const int64_t peak = PlanMemory(Llama3B(), settings_).Peak();
    EXPECT_LT(peak, last);
    last = peak;
  }
}

TEST_F(PlanOfLlama3B, Float32NeedsNoMasters) {
  settings_.weight_bytes = 4;
  EXPECT_EQ(BytesOf(PlanMemory(Llama3B(), settings_), "masters, float32, share"), 0);
}

}  // namespace
}  // namespace suite
