// The processes of one job: one, or the ranks of a group that trains together on this machine.
//
//   RankGroup group({executable, args, "results/3f0c5a/log.txt", /*processes=*/2, /*gpus=*/{}});
//   group.Send(SIGTERM);
//   while (!group.Reap(now_s, /*grace_s=*/30)) Nap();
//   RankEnd end = group.cause();
//
// Internal to harness/launcher; worker_pool.h says what is promised. Each rank is told its place as torchrun tells it
// (harness/distributed/process_rank.h), also a single one, so that it takes no variables of whatever started this
// process for its own. Rank 0 reports, and inherits the socket at which the others meet it. Its log is `log_path`; rank
// 1 of log.txt has log.rank1.txt.
#pragma once

#include <string>
#include <vector>

#include "harness/launcher/child_process.h"

namespace suite {

struct RankGroupStart {
  std::string executable;
  std::vector<std::string> args;
  std::string log_path;
  int processes = 1;
  std::vector<std::string> gpus;  // all that the group may see (gpu_shares.h); empty: as this process sees them
};

// How a rank ended.
struct RankEnd {
  int rank = 0;
  int status = 0;  // of waitpid
  bool killed_here = false;
};

// Of ranks in the order in which they ended, the one whose end explains the others: a failure of its own comes before
// an orderly stop (kExitBusy, kExitRequeue), that before the loss of another rank (kExitPeerLost, or killed here), that
// before success.
RankEnd CauseOf(const std::vector<RankEnd>& in_order);

std::string RankLogPath(const std::string& log_path, int rank);

class RankGroup {
 public:
  // Throws as StartChild does, and std::system_error when there is no port for them to meet at; ranks that had started
  // are killed.
  explicit RankGroup(const RankGroupStart& start);
  // Kills those that still run.
  ~RankGroup();
  RankGroup(const RankGroup&) = delete;
  RankGroup& operator=(const RankGroup&) = delete;

  int report_fd() const { return ranks_.front().report_fd; }
  void CloseReport();

  void Send(int signal) const;

  // Collects ranks that have ended; true when all have. Once one has ended otherwise than with exit code 0, those that
  // are there `grace_s` later are killed: a rank that waits for a lost one ends by itself, but not before its deadline
  // when they had not met yet.
  bool Reap(double now_s, double grace_s);

  RankEnd cause() const { return CauseOf(ends_); }
  std::string LogPath(int rank) const { return RankLogPath(log_path_, rank); }
  std::vector<std::string> LastLinesOf(int rank, size_t count) const;

 private:
  void KillAll();
  bool HasEnded(size_t rank) const;

  std::string log_path_;
  std::vector<ChildProcess> ranks_;
  std::vector<RankEnd> ends_;
  double kill_at_s_ = 0;  // 0: nothing is wrong
};

}  // namespace suite
