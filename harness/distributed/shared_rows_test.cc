#include "harness/distributed/shared_rows.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "harness/distributed/process_group.h"
#include "harness/distributed/rank_processes.h"

namespace suite {
namespace {

constexpr char kRank[] = "harness/distributed/test_rank";

TEST(GatherRows, PutsRowsInTheOrderOfOneProcess) {
  for (const int world_size : {1, 2, 3, 4}) {
    RankProcesses processes(world_size, {kRank, "rows"});
    for (const RankResult& rank : processes.Wait(100)) EXPECT_EQ(rank.output, "done\n");
  }
}

TEST(ShardsOfRank, CoversAllShardsOnce) {
  for (const int64_t shards : {4, 5, 7}) {
    for (const int world_size : {1, 2, 3, 4}) {
      int64_t next = 0;
      for (int rank = 0; rank < world_size; ++rank) {
        const ShardShare share = ShardsOfRank(shards, world_size, rank);
        EXPECT_EQ(share.first, next);
        EXPECT_GE(share.count, 1);
        next += share.count;
      }
      EXPECT_EQ(next, shards);
    }
  }
}

// A process without a shard would have nothing to do.
TEST(OwnShards, RefusesMoreProcessesThanShards) {
  ProcessGroup& alone = SingleProcess();
  EXPECT_EQ(OwnShards(3, alone).count, 3);
  try {
    OwnShards(0, alone);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(),
                 "run.threads: 0 shards of work for 1 processes; allowed: at least 1; all processes together use that "
                 "many threads");
  }
}

}  // namespace
}  // namespace suite
