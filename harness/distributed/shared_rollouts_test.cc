#include "harness/distributed/shared_rollouts.h"

#include <gtest/gtest.h>

#include "harness/distributed/rank_processes.h"

namespace suite {
namespace {

constexpr char kRank[] = "harness/distributed/test_rank";

TEST(SampleGroupsTogether, GivesTheSameBitsToEveryNumberOfProcesses) {
  std::string expected;
  for (const int world_size : {1, 2, 3, 4}) {
    RankProcesses processes(world_size, {kRank, "rollouts"});
    for (const RankResult& rank : processes.Wait(100)) {
      ASSERT_EQ(rank.exit_code, 0) << rank.output;
      if (expected.empty()) expected = rank.output;
      EXPECT_EQ(rank.output, expected) << world_size;
    }
  }
  EXPECT_EQ(expected.size(), std::string("rollouts ").size() + 64 + std::string("\ndone\n").size());
}

TEST(UnpackRollouts, GivesBackWhatWasPacked) {
  const std::vector<RolloutGroup> groups = {
      {{{3, 5}, {-.5f, -1.f}, FinishReason::kEndOfSequence}, {}}, {}, {{{7}, {-2.f}, FinishReason::kLineLimit}}};
  const auto unpacked = UnpackRollouts(PackRollouts(groups));
  ASSERT_EQ(unpacked.size(), 3u);
  EXPECT_EQ(unpacked[0][0].ids, groups[0][0].ids);
  EXPECT_EQ(unpacked[0][0].logp, groups[0][0].logp);
  EXPECT_EQ(unpacked[0][0].finish, FinishReason::kEndOfSequence);
  EXPECT_EQ(unpacked[0][1].finish, FinishReason::kLengthLimit);
  EXPECT_TRUE(unpacked[1].empty());
  EXPECT_EQ(unpacked[2][0].finish, FinishReason::kLineLimit);
  EXPECT_TRUE(UnpackRollouts(PackRollouts({})).empty());
}

}  // namespace
}  // namespace suite
