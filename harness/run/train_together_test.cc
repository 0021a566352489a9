// Several processes that train one policy are one process: rollouts, losses, norms, diagnostics and weights.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "harness/distributed/rank_processes.h"

namespace suite {
namespace {

constexpr char kRank[] = "harness/run/train_rank";

// What rank 0 printed, after checking that all ranks printed the same.
std::string OutputOf(int world_size, const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {kRank};
  command.insert(command.end(), arguments.begin(), arguments.end());
  RankProcesses processes(world_size, command);
  const auto results = processes.Wait(200);
  for (const RankResult& rank : results) {
    EXPECT_EQ(rank.exit_code, 0) << rank.output;
    EXPECT_EQ(rank.output, results[0].output);
  }
  return results[0].output;
}

// What follows `word` in each line that begins with it.
std::vector<std::string> After(const std::string& text, const std::string& word) {
  std::vector<std::string> found;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (line.rfind(word, 0) == 0) found.push_back(line.substr(word.size()));
  }
  return found;
}

class EveryBitAgrees : public ::testing::TestWithParam<std::tuple<std::string, std::string>> {};

// Each shard adds up its gradients over micro-batches, then shards and processes are added in pairs: with four shards
// all bits agree, also in bfloat16 with the float32 masters shared out. Micro-batches of two and three sequences leave
// shards without work.
TEST_P(EveryBitAgrees, ForOneToFourProcesses) {
  const std::vector<std::string> arguments = {"3", std::get<0>(GetParam()), "4", std::get<1>(GetParam())};
  const std::string one = OutputOf(1, arguments);
  EXPECT_EQ(After(one, "rollouts ").size(), 3u);
  EXPECT_EQ(After(one, "grad_norm ").size(), 3u);
  EXPECT_EQ(After(one, "policy ").size(), 1u);
  EXPECT_EQ(After(one, "supervised policy ").size(), 1u);
  for (const int world_size : {2, 3, 4}) {
    if (world_size == 3 && arguments.back() != "whole") continue;  // one uneven share of shards will do
    EXPECT_EQ(OutputOf(world_size, arguments), one) << world_size;
  }
}

INSTANTIATE_TEST_SUITE_P(TypesAndCuts, EveryBitAgrees,
                         ::testing::Combine(::testing::Values("float32", "bfloat16"),
                                            ::testing::Values("whole", "bytes", "prompts")));

// The cuts above are cuts: another order of sums.
TEST(EveryBitAgrees, AndCutsAreNotInVain) {
  const auto policy = [](const char* cut) { return After(OutputOf(1, {"1", "float32", "4", cut}), "policy "); };
  EXPECT_NE(policy("whole"), policy("bytes"));
  EXPECT_NE(policy("whole"), policy("prompts"));
}

class TrainTogether : public ::testing::TestWithParam<std::string> {};

// One process adds (0 + 1) + (2 + 3) + 4, four processes (0 + 1) + (2 + (3 + 4)). Rollouts of step 0 agree to the bit
// still. The bound on the loss of the second update is 1e-4.
TEST_P(TrainTogether, FiveShardsDifferByRounding) {
  const std::string one = OutputOf(1, {"1", GetParam(), "5", "whole"}),
                    four = OutputOf(4, {"1", GetParam(), "5", "whole"});
  // bfloat16 gradients have so few digits that float32 adds them exactly.
  if (GetParam() == "float32") {
    EXPECT_NE(After(one, "policy "), After(four, "policy "));
  }
  EXPECT_EQ(After(one, "rollouts "), After(four, "rollouts "));
  for (const char* loss : {"loss ", "next tokens "}) {
    const auto ours = After(one, loss), theirs = After(four, loss);
    ASSERT_EQ(ours.size(), 1u);
    ASSERT_EQ(theirs.size(), 1u);
    const double a = std::atof(ours[0].c_str());
    EXPECT_NEAR(a, std::atof(theirs[0].c_str()), 1e-4 * std::max(1.0, std::abs(a)));
  }
}

INSTANTIATE_TEST_SUITE_P(Types, TrainTogether, ::testing::Values("float32", "bfloat16"));

TEST(TrainTogether, GoesOnAfterOneProcessWasKilled) {
  const std::string folder = std::string(std::getenv("TEST_TMPDIR")) + "/checkpoints";
  RankProcesses processes(2, {kRank, "100000", "bfloat16", "4", "whole", folder}, {{"SUITE_GROUP_DEADLINE_S", "60"}});
  ASSERT_TRUE(processes.WaitForText("step 2 done", 100));
  processes.Kill(1, SIGKILL);
  const auto results = processes.Wait(100);
  EXPECT_EQ(results[0].exit_code, 1) << results[0].output;
  EXPECT_NE(results[0].output.find("error: rank 0 of 2, "), std::string::npos) << results[0].output;
  EXPECT_LT(results[0].seconds, 20);

  const std::string steps = std::to_string(After(results[0].output, "step ").size() + 3);
  const std::string unbroken = OutputOf(2, {steps, "bfloat16", "4", "whole", folder + "-unbroken"});
  EXPECT_EQ(After(OutputOf(2, {steps, "bfloat16", "4", "whole", folder}), "policy "), After(unbroken, "policy "));
}

}  // namespace
}  // namespace suite
