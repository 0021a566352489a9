#include "harness/launcher/rank_group.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <memory>

#include "base/check.h"
#include "base/text/format.h"
#include "harness/launcher/exit_codes.h"
#include "harness/launcher/local_socket.h"

namespace suite {
namespace {

using Variables = std::vector<std::pair<std::string, std::string>>;

// `meeting` is null in a group of one.
Variables VariablesOf(int rank, const RankGroupStart& start, const LocalSocket* meeting) {
  const std::string number = std::to_string(rank), size = std::to_string(start.processes);
  Variables variables = {{"RANK", number},
                         {"WORLD_SIZE", size},
                         {"LOCAL_RANK", number},
                         {"LOCAL_WORLD_SIZE", size},
                         {"MASTER_ADDR", meeting ? "127.0.0.1" : ""},
                         {"MASTER_PORT", meeting ? std::to_string(meeting->port()) : ""},
                         {"SUITE_STORE_FD", meeting && rank == 0 ? std::to_string(kGivenFd) : ""},
                         {"SUITE_LAUNCHER", "local"},
                         {"TORCHELASTIC_USE_AGENT_STORE", ""},
                         {"TORCHELASTIC_RESTART_COUNT", ""}};
  if (!start.gpus.empty()) variables.emplace_back("CUDA_VISIBLE_DEVICES", Join(start.gpus, ","));
  return variables;
}

// The lower, the more it explains.
int Rank(const RankEnd& end) {
  constexpr int kFailure = 0, kStop = 1, kFollows = 2, kSuccess = 3;
  if (end.killed_here) return kFollows;
  if (WIFSIGNALED(end.status)) return kFailure;
  switch (WEXITSTATUS(end.status)) {
    case kExitDone:
      return kSuccess;
    case kExitPeerLost:
      return kFollows;
    case kExitBusy:
    case kExitRequeue:
      return kStop;
    default:
      return kFailure;
  }
}

}  // namespace

RankEnd CauseOf(const std::vector<RankEnd>& in_order) {
  SUITE_CHECK(!in_order.empty());
  return *std::min_element(in_order.begin(), in_order.end(),
                           [](const RankEnd& a, const RankEnd& b) { return Rank(a) < Rank(b); });
}

std::string RankLogPath(const std::string& log_path, int rank) {
  if (rank == 0) return log_path;
  const size_t dot = log_path.find('.', log_path.rfind('/') + 1);
  const std::string suffix = dot == std::string::npos ? "" : log_path.substr(dot);
  return log_path.substr(0, dot) + ".rank" + std::to_string(rank) + suffix;
}

RankGroup::RankGroup(const RankGroupStart& start) : log_path_(start.log_path) {
  SUITE_CHECK_GE(start.processes, 1);
  const std::unique_ptr<LocalSocket> meeting = start.processes > 1 ? std::make_unique<LocalSocket>() : nullptr;
  try {
    for (int rank = 0; rank < start.processes; ++rank) {
      ChildStart child;
      child.executable = start.executable;
      child.args = start.args;
      child.log_path = LogPath(rank);
      child.variables = VariablesOf(rank, start, meeting.get());
      child.reports = rank == 0;
      child.given_fd = meeting && rank == 0 ? meeting->fd() : -1;
      ranks_.push_back(StartChild(child));
    }
  } catch (...) {
    KillAll();
    throw;
  }
}

RankGroup::~RankGroup() { KillAll(); }

void RankGroup::KillAll() {
  for (size_t rank = 0; rank < ranks_.size(); ++rank) {
    if (HasEnded(rank)) continue;
    kill(ranks_[rank].pid, SIGKILL);
    waitpid(ranks_[rank].pid, nullptr, 0);
  }
  CloseReport();
}

void RankGroup::CloseReport() {
  if (ranks_.empty() || ranks_.front().report_fd < 0) return;
  close(ranks_.front().report_fd);
  ranks_.front().report_fd = -1;
}

bool RankGroup::HasEnded(size_t rank) const {
  return std::any_of(ends_.begin(), ends_.end(),
                     [&](const RankEnd& end) { return end.rank == static_cast<int>(rank); });
}

void RankGroup::Send(int signal) const {
  for (size_t rank = 0; rank < ranks_.size(); ++rank) {
    if (!HasEnded(rank)) kill(ranks_[rank].pid, signal);
  }
}

bool RankGroup::Reap(double now_s, double grace_s) {
  const bool late = kill_at_s_ > 0 && now_s >= kill_at_s_;
  if (late) Send(SIGKILL);
  for (size_t rank = 0; rank < ranks_.size(); ++rank) {
    int status = 0;
    if (HasEnded(rank) || waitpid(ranks_[rank].pid, &status, WNOHANG) != ranks_[rank].pid) continue;
    const bool killed_here = late && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    ends_.push_back({static_cast<int>(rank), status, killed_here});
    if (status != 0 && kill_at_s_ == 0) kill_at_s_ = now_s + grace_s;
  }
  return ends_.size() == ranks_.size();
}

std::vector<std::string> RankGroup::LastLinesOf(int rank, size_t count) const {
  return LastLines(LogPath(rank), ranks_[static_cast<size_t>(rank)].log_start, count);
}

}  // namespace suite
