#include "harness/benchmarks/roofline.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

LlamaConfig SmallConfig() {
  LlamaConfig config;
  config.hidden_size = 10;
  config.layers = 3;
  config.heads = 2;
  config.kv_heads = 1;
  config.head_dim = 4;
  config.intermediate_size = 20;
  config.vocab_size = 100;
  return config;
}

// Per layer 10 x (8 + 2 * 4) + 8 x 10 + 3 x 10 x 20 = 840 elements; 3 layers and the head: 3520.
TEST(Roofline, CountsADecodingStepByHand) {
  const StepWork work = DecodeStepWork(SmallConfig(), at::kFloat, {2, 4, 50, 20});
  EXPECT_DOUBLE_EQ(work.weight_gb, 3520 * 4 / 1e9);
  // 2 prompts of 50 positions and 8 completions with 10 on average; 24 numbers a position.
  EXPECT_DOUBLE_EQ(work.kv_gb, (100 + 80) * 24 * 4 / 1e9);
  EXPECT_DOUBLE_EQ(work.gflop, 8 * (2 * 3520 + 4 * 3 * 8 * 60) / 1e9);
  EXPECT_DOUBLE_EQ(DecodeStepWork(SmallConfig(), at::kBFloat16, {2, 4, 50, 20}).weight_gb, 3520 * 2 / 1e9);
}

TEST(Roofline, CountsAForwardPassByHand) {
  EXPECT_DOUBLE_EQ(ForwardGflop(SmallConfig(), 7, 5), (2 * 7 * 2520 + 2 * 5 * 1000) / 1e9);
}

TEST(Roofline, TheSlowerOfMemoryAndArithmeticCounts) {
  const MachineRates rates = {/*read_gb_per_s=*/10, /*gemm_gflop_per_s=*/100};
  EXPECT_DOUBLE_EQ(RooflineSeconds({4, 1, 20}, rates), 0.5);
  EXPECT_DOUBLE_EQ(RooflineSeconds({4, 1, 80}, rates), 0.8);
}

TEST(Roofline, MeasuresSomething) {
  for (const at::ScalarType dtype : {at::kFloat, at::kBFloat16}) {
    const MachineRates rates = MeasureMachine(dtype);
    EXPECT_GT(rates.read_gb_per_s, 0.1);
    EXPECT_GT(rates.gemm_gflop_per_s, 0.1);
  }
}

}  // namespace
}  // namespace suite
