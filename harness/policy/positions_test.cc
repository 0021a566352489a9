#include "harness/policy/positions.h"

#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include "harness/policy/small_policy.h"
#include "models/llama/rotary.h"

namespace suite {
namespace {

TEST(LargestPrompt, LeavesRoomForAllTokensOfTheAnswerButTheLast) {
  EXPECT_EQ(LargestPrompt(64, 1), 64);
  EXPECT_EQ(LargestPrompt(64, 2), 63);
  EXPECT_EQ(LargestPrompt(64, 64), 1);
  EXPECT_EQ(LargestPrompt(64, 65), 0);
  EXPECT_EQ(LargestPrompt(64, 0), 64) << "the prompt itself is read";
}

TEST(WithPositions, KeepsTheWeightsAndThePositionsThatWereThere) {
  const LlamaWeights weights = SmallPolicy().weights;
  const LlamaWeights wider = WithPositions(weights, 700);
  EXPECT_EQ(wider.config().max_positions, 700);
  EXPECT_TRUE(at::equal(wider.flat(), weights.flat()));
  const RotaryTable before = MakeRotaryTable(weights.config(), weights.config().max_positions);
  const RotaryTable after = MakeRotaryTable(wider.config(), wider.config().max_positions);
  EXPECT_TRUE(at::equal(after.cos_PD.narrow(0, 0, before.cos_PD.size(0)), before.cos_PD));
  EXPECT_TRUE(at::equal(after.sin_PD.narrow(0, 0, before.sin_PD.size(0)), before.sin_PD));
}

TEST(WithPositions, TakesNoneAway) { EXPECT_EQ(WithPositions(SmallPolicy().weights, 100).config().max_positions, 160); }

}  // namespace
}  // namespace suite
