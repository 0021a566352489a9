#include "harness/rl/micro_batches.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

constexpr int64_t kBytes = 100;  // of the longest of 12 prompts

int64_t Prompts(int64_t micro_batch_prompts, int64_t activation_bytes, int64_t shards, bool loss_counts_cuts = false) {
  return PromptsPerMicroBatch({micro_batch_prompts, activation_bytes, shards, loss_counts_cuts}, 12, kBytes);
}

TEST(PromptsPerMicroBatch, IsTheSettingWhereThereIsOne) {
  EXPECT_EQ(Prompts(4, 1, 2), 4);
  EXPECT_EQ(Prompts(4, 1, 2, /*loss_counts_cuts=*/true), 4);
  EXPECT_EQ(Prompts(40, 1, 2), 12);
}

TEST(PromptsPerMicroBatch, ElseWhatTheShardsMayHold) {
  EXPECT_EQ(Prompts(0, 1200, 1), 12);
  EXPECT_EQ(Prompts(0, 1199, 1), 6) << "two parts of equal size, not 11 and 1";
  EXPECT_EQ(Prompts(0, 600, 2), 12);
  EXPECT_EQ(Prompts(0, 1, 1), 1) << "one prompt at least";
  EXPECT_EQ(Prompts(0, 1, 4), 4) << "a shard each";
  EXPECT_EQ(Prompts(0, 1, 5), 4) << "parts of nearly equal size: three of four";
  EXPECT_EQ(Prompts(0, 1, 100), 12);
  EXPECT_EQ(Prompts(0, 1, 1, /*loss_counts_cuts=*/true), 12);
}

TEST(LongestPromptRows, CountsAPromptOnceAndAllItsCompletions) {
  Rollout two, three;
  two.ids = {1, 2};
  three.ids = {1, 2, 3};
  EXPECT_EQ(LongestPromptRows({{5}, {5, 6, 7, 8}}, {{three, three}, {two, two}}), 8);
}

}  // namespace
}  // namespace suite
