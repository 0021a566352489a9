// For tests: starts the ranks of a group as processes of this machine, as torchrun would, over the loopback device.
//
//   RankProcesses processes(/*world_size=*/4, {"harness/distributed/test_rank", "collectives"});
//   for (const RankResult& rank : processes.Wait(/*seconds=*/60)) EXPECT_EQ(rank.exit_code, 0) << rank.output;
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace suite {

struct RankResult {
  int exit_code = -1;  // -1: ended by a signal
  int signal = 0;
  bool overdue = false;  // killed by us because it did not end
  double seconds = 0;    // from the call of Wait to its end
  std::string output;    // stdout and stderr
};

class RankProcesses {
 public:
  // `command` is program and arguments; `variables` are added to the environment.
  RankProcesses(int world_size, const std::vector<std::string>& command,
                const std::map<std::string, std::string>& variables = {});
  // Kills those that still run.
  ~RankProcesses();
  RankProcesses(const RankProcesses&) = delete;
  RankProcesses& operator=(const RankProcesses&) = delete;

  void Kill(int rank, int signal) const;
  // Until the output of every rank has `text`; false when `seconds` pass before.
  bool WaitForText(const std::string& text, double seconds) const;
  // Until all have ended; those that still run after `seconds` are killed. Rank `without` is not waited for: it is
  // killed when the others have ended.
  std::vector<RankResult> Wait(double seconds, int without = -1);

 private:
  struct Rank {
    pid_t pid = -1;
    std::string output_path;
  };

  bool Ended(size_t rank, RankResult* result);

  std::vector<Rank> ranks_;
};

}  // namespace suite
