#include "harness/distributed/shared_scorer.h"

#include <gtest/gtest.h>

#include "harness/distributed/rank_processes.h"

namespace suite {
namespace {

constexpr char kRank[] = "harness/distributed/test_rank";

TEST(SharedScorer, IsOneScorer) {
  for (const int world_size : {1, 2, 3, 4}) {
    RankProcesses processes(world_size, {kRank, "scores"});
    for (const RankResult& rank : processes.Wait(100)) EXPECT_EQ(rank.output, "done\n");
  }
}

}  // namespace
}  // namespace suite
