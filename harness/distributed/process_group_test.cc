#include "harness/distributed/process_group.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "harness/distributed/rank_processes.h"

namespace suite {
namespace {

constexpr char kRank[] = "harness/distributed/test_rank";

class ManyProcesses : public ::testing::TestWithParam<int> {};

TEST_P(ManyProcesses, CollectivesGiveWhatIsWorkedOutByHand) {
  RankProcesses processes(GetParam(), {kRank, "collectives"});
  for (const RankResult& rank : processes.Wait(100)) {
    EXPECT_EQ(rank.exit_code, 0) << rank.output;
    EXPECT_EQ(rank.output, "done\n");
  }
}

// The deadline is 60 s, but a closed connection needs none: the bound on a busy machine is 20 s.
TEST_P(ManyProcesses, OneIsKilledAndTheOthersEndWithOneError) {
  RankProcesses processes(GetParam(), {kRank, "forever"}, {{"SUITE_GROUP_DEADLINE_S", "60"}});
  ASSERT_TRUE(processes.WaitForText("ready", 60));
  processes.Kill(1, SIGKILL);
  const auto results = processes.Wait(100);
  for (int rank = 0; rank < GetParam(); ++rank) {
    const RankResult& result = results[static_cast<size_t>(rank)];
    if (rank == 1) {
      EXPECT_EQ(result.signal, SIGKILL);
      continue;
    }
    EXPECT_FALSE(result.overdue);
    EXPECT_EQ(result.exit_code, 1) << result.output;
    EXPECT_LT(result.seconds, 20);
    const std::string whole = "error: rank " + std::to_string(rank) + " of " + std::to_string(GetParam()) +
                              ", gradient reduce-scatter, step ";
    EXPECT_NE(result.output.find(whole), std::string::npos) << result.output;
    EXPECT_NE(result.output.find("Start all processes again"), std::string::npos) << result.output;
  }
}

// Nobody closes a connection here, so the deadline of 3 s has to end it.
TEST_P(ManyProcesses, OneHangsAndTheOthersEndAtTheDeadline) {
  RankProcesses processes(GetParam(), {kRank, "forever"}, {{"SUITE_GROUP_DEADLINE_S", "3"}});
  ASSERT_TRUE(processes.WaitForText("ready", 60));
  processes.Kill(1, SIGSTOP);
  const auto results = processes.Wait(60, /*without=*/1);
  for (int rank = 0; rank < GetParam(); ++rank) {
    const RankResult& result = results[static_cast<size_t>(rank)];
    if (rank == 1) continue;
    EXPECT_FALSE(result.overdue);
    EXPECT_EQ(result.exit_code, 1) << result.output;
    EXPECT_LT(result.seconds, 20);
    EXPECT_NE(result.output.find("(deadline 3 s)"), std::string::npos) << result.output;
  }
}

TEST_P(ManyProcesses, TheOthersWaitForRankZeroLongerThanTheDeadline) {
  RankProcesses processes(GetParam(), {kRank, "long_work"}, {{"SUITE_GROUP_DEADLINE_S", "2"}});
  for (const RankResult& rank : processes.Wait(60)) {
    EXPECT_EQ(rank.exit_code, 0) << rank.output;
    EXPECT_GE(rank.seconds, 2.5);
  }
}

TEST_P(ManyProcesses, NobodyWaitsForARankZeroThatIsGoneStoppedOrHasThrown) {
  for (const int signal : {SIGKILL, SIGSTOP}) {
    RankProcesses processes(GetParam(), {kRank, "endless_work"}, {{"SUITE_GROUP_DEADLINE_S", "4"}});
    ASSERT_TRUE(processes.WaitForText("ready", 60));
    processes.Kill(0, signal);
    const auto results = processes.Wait(60, /*without=*/0);
    for (int rank = 1; rank < GetParam(); ++rank) {
      const RankResult& result = results[static_cast<size_t>(rank)];
      EXPECT_FALSE(result.overdue) << signal;
      EXPECT_EQ(result.exit_code, 1) << result.output;
      EXPECT_LT(result.seconds, 20);
      EXPECT_NE(result.output.find(", endless work: failed after"), std::string::npos) << result.output;
    }
  }
  RankProcesses processes(GetParam(), {kRank, "failing_work"}, {{"SUITE_GROUP_DEADLINE_S", "60"}});
  const auto results = processes.Wait(50);
  EXPECT_NE(results[0].output.find("error: the teacher is ill"), std::string::npos) << results[0].output;
  EXPECT_NE(results[1].output.find("endless work: rank 0 has failed"), std::string::npos) << results[1].output;
}

INSTANTIATE_TEST_SUITE_P(Sizes, ManyProcesses, ::testing::Values(2, 4));

TEST(JoinProcesses, OneDoesNotComeAndTheOtherEndsAtTheDeadline) {
  RankProcesses processes(2, {kRank, "absent"}, {{"SUITE_GROUP_DEADLINE_S", "2"}});
  const RankResult first = processes.Wait(60)[0];
  EXPECT_FALSE(first.overdue);
  EXPECT_EQ(first.exit_code, 1);
  EXPECT_EQ(first.output.rfind("error: rank 0 of 2, rendezvous at 127.0.0.1:", 0), 0) << first.output;
}

TEST(SingleProcess, LeavesTensorsAlone) {
  ProcessGroup& group = SingleProcess();
  at::Tensor numbers = at::arange(4, at::kFloat);
  group.AllReduce(numbers, "sum");
  group.Broadcast(numbers, 0, "broadcast");
  group.Barrier("barrier");
  at::Tensor all = at::empty({1, 4}, at::kFloat);
  group.AllGather(numbers, all, "gather");
  EXPECT_TRUE(at::equal(all, at::arange(4, at::kFloat).view({1, 4})));
  EXPECT_TRUE(at::equal(ReduceScatter(group, all, "sum"), numbers));
  EXPECT_EQ(AllGatherBytes(group, "x", "bytes"), std::vector<std::string>{"x"});
}

// 2^24 + 1 is 2^24 in float32: the order of additions shows.
TEST(SumInPairs, AddsNeighboursFirst) {
  const float big = 16777216.f;
  at::Tensor rows = at::empty({4, 1}, at::kFloat);
  float* values = rows.mutable_data_ptr<float>();
  values[0] = big, values[1] = 1, values[2] = 1, values[3] = 1;
  EXPECT_EQ(SumInPairs(rows.clone()).item<float>(), big + 2);              // (big + 1) + (1 + 1)
  EXPECT_EQ(SumInPairs(rows.narrow(0, 0, 3).clone()).item<float>(), big);  // (big + 1) + 1
  EXPECT_EQ(SumInPairs(rows.narrow(0, 1, 3).clone()).item<float>(), 3);
}

}  // namespace
}  // namespace suite
