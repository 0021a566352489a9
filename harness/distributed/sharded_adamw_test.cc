#include "harness/distributed/sharded_adamw.h"

#include <gtest/gtest.h>

#include "harness/distributed/rank_processes.h"

namespace suite {
namespace {

TEST(SliceOf, CoversTheBufferOnce) {
  for (const int64_t total : {1, 16, 65536, 65552, 5 * 65536, 1 << 20}) {
    for (int world = 1; world <= 5; ++world) {
      int64_t next = 0;
      for (int rank = 0; rank < world; ++rank) {
        const FlatSlice slice = SliceOf(total, world, rank);
        EXPECT_EQ(slice.first, next);
        EXPECT_LE(slice.size, slice.stride);
        next += slice.size;
      }
      EXPECT_EQ(next, total);
    }
  }
}

TEST(SliceOf, IsAsWorkedOutByHand) {
  // Four pieces of 65536, the last of 16, for three ranks: two, two, none.
  EXPECT_EQ(SliceOf(3 * 65536 + 16, 3, 1).first, 131072);
  EXPECT_EQ(SliceOf(3 * 65536 + 16, 3, 1).size, 65552);
  EXPECT_EQ(SliceOf(3 * 65536 + 16, 3, 2).size, 0);
}

class ManyProcesses : public ::testing::TestWithParam<int> {};

// The state of all ranks together is, to the bit, that of one process which knows all gradients; float32 and bfloat16.
TEST_P(ManyProcesses, AreOneProcess) {
  RankProcesses processes(GetParam(), {"harness/distributed/test_rank", "adamw"});
  for (const RankResult& rank : processes.Wait(200)) {
    EXPECT_EQ(rank.exit_code, 0) << rank.output;
    EXPECT_EQ(rank.output, "done\n");
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, ManyProcesses, ::testing::Values(1, 2, 3, 4));

}  // namespace
}  // namespace suite
