// A whole run, stages included, leaves the same record whatever the number of its processes: every series, score,
// answer and summary but those that measure the machine.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <tuple>

#include "harness/distributed/rank_processes.h"
#include "harness/metrics/run_record.h"

namespace suite {
namespace {

// The record of the run that `world_size` processes make in an empty folder.
RunRecord RecordOf(int world_size, const std::string& dtype, const std::string& cut) {
  const std::string out =
      std::string(std::getenv("TEST_TMPDIR")) + "/" + dtype + "-" + cut + "-" + std::to_string(world_size);
  RankProcesses processes(world_size, {"harness/run/run_rank", out, dtype, cut});
  std::string path;
  for (const RankResult& rank : processes.Wait(100)) {
    EXPECT_EQ(rank.exit_code, 0) << rank.output;
    const size_t at = rank.output.find("store ");
    if (at != std::string::npos) path = rank.output.substr(at + 6, rank.output.find('\n', at) - at - 6);
  }
  return ReadRun(path);
}

class SeveralProcesses : public ::testing::TestWithParam<std::tuple<std::string, std::string>> {};

TEST_P(SeveralProcesses, LeaveTheRecordOfOne) {
  const auto& [dtype, cut] = GetParam();
  const RunRecord one = RecordOf(1, dtype, cut);
  EXPECT_EQ(one.status, "done");
  EXPECT_EQ(FindSeries(one, "grad_norm").values.size(), 3u);
  for (const int world_size : {2, 4}) {
    const RunRecord several = RecordOf(world_size, dtype, cut);
    EXPECT_EQ(FindText(several.provenance, "world_size"), std::to_string(world_size));
    EXPECT_EQ(FindSeries(several, "grad_norm").values, FindSeries(one, "grad_norm").values) << world_size;
    EXPECT_EQ(DeterministicDigest(several), DeterministicDigest(one)) << world_size;
  }
}

INSTANTIATE_TEST_SUITE_P(TypesAndCuts, SeveralProcesses,
                         ::testing::Values(std::tuple("float32", "bytes"), std::tuple("bfloat16", "whole"),
                                           std::tuple("bfloat16", "prompts")));

}  // namespace
}  // namespace suite
