#include "harness/distributed/rank_processes.h"

#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "base/check.h"
#include "base/files.h"
#include "harness/launcher/child_process.h"
#include "harness/launcher/local_socket.h"

namespace suite {
namespace {

double Now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

void Nap() { std::this_thread::sleep_for(std::chrono::milliseconds(10)); }

std::string TemporaryFolder() {
  const char* of_test = std::getenv("TEST_TMPDIR");
  std::string folder = std::string(of_test ? of_test : "/tmp") + "/ranks-XXXXXX";
  SUITE_CHECK(mkdtemp(folder.data()) != nullptr);
  return folder;
}

}  // namespace

RankProcesses::RankProcesses(int world_size, const std::vector<std::string>& command,
                             const std::map<std::string, std::string>& variables) {
  const std::string folder = TemporaryFolder();
  const LocalSocket meeting;
  for (int rank = 0; rank < world_size; ++rank) {
    ChildStart child;
    child.executable = command.front();
    child.args = {command.begin() + 1, command.end()};
    child.log_path = folder + "/" + std::to_string(rank) + ".txt";
    child.reports = false;
    child.variables = {{"RANK", std::to_string(rank)},
                       {"WORLD_SIZE", std::to_string(world_size)},
                       {"MASTER_ADDR", "127.0.0.1"},
                       {"MASTER_PORT", std::to_string(meeting.port())},
                       {"OMP_NUM_THREADS", "1"}};
    if (rank == 0) {
      child.given_fd = meeting.fd();
      child.variables.emplace_back("SUITE_STORE_FD", std::to_string(kGivenFd));
    }
    if (variables.count("SUITE_GROUP_DEADLINE_S") == 0) child.variables.emplace_back("SUITE_GROUP_DEADLINE_S", "120");
    child.variables.insert(child.variables.end(), variables.begin(), variables.end());
    ranks_.push_back({StartChild(child).pid, child.log_path});
  }
}

RankProcesses::~RankProcesses() {
  for (const Rank& rank : ranks_) {
    if (rank.pid < 0) continue;
    kill(rank.pid, SIGKILL);
    waitpid(rank.pid, nullptr, 0);
  }
}

void RankProcesses::Kill(int rank, int signal) const { kill(ranks_[static_cast<size_t>(rank)].pid, signal); }

bool RankProcesses::WaitForText(const std::string& text, double seconds) const {
  const double end = Now() + seconds;
  for (const Rank& rank : ranks_) {
    while (ReadFile(rank.output_path).find(text) == std::string::npos) {
      if (Now() > end) return false;
      Nap();
    }
  }
  return true;
}

bool RankProcesses::Ended(size_t rank, RankResult* result) {
  int status = 0;
  if (ranks_[rank].pid < 0 || waitpid(ranks_[rank].pid, &status, WNOHANG) != ranks_[rank].pid) return false;
  ranks_[rank].pid = -1;
  if (WIFEXITED(status)) result->exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result->signal = WTERMSIG(status);
  result->output = ReadFile(ranks_[rank].output_path);
  return true;
}

std::vector<RankResult> RankProcesses::Wait(double seconds, int without) {
  const double begin = Now();
  std::vector<RankResult> results(ranks_.size());
  for (size_t left = ranks_.size(); left > 0; Nap()) {
    const bool late = Now() - begin > seconds;
    for (size_t i = 0; i < ranks_.size(); ++i) {
      if (Ended(i, &results[i])) {
        results[i].seconds = Now() - begin;
        --left;
      } else if (ranks_[i].pid >= 0 && (late || (left == 1 && static_cast<int>(i) == without))) {
        results[i].overdue = late;
        kill(ranks_[i].pid, SIGKILL);
      }
    }
  }
  return results;
}

}  // namespace suite
