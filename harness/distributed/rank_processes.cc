#include "harness/distributed/rank_processes.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "base/check.h"
#include "base/files.h"

namespace suite {
namespace {

double Now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

void Nap() { std::this_thread::sleep_for(std::chrono::milliseconds(10)); }

// A port that nobody has: the kernel's choice, given back.
int FreePort() {
  const int probe = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  SUITE_CHECK_EQ(bind(probe, reinterpret_cast<sockaddr*>(&address), size), 0);
  SUITE_CHECK_EQ(getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size), 0);
  close(probe);
  return ntohs(address.sin_port);
}

std::string TemporaryFolder() {
  const char* of_test = std::getenv("TEST_TMPDIR");
  std::string folder = std::string(of_test ? of_test : "/tmp") + "/ranks-XXXXXX";
  SUITE_CHECK(mkdtemp(folder.data()) != nullptr);
  return folder;
}

// This process' environment, with `variables` instead of those of the same name.
std::vector<std::string> EnvironmentWith(const std::map<std::string, std::string>& variables) {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (variables.count(text.substr(0, text.find('='))) == 0) environment.push_back(text);
  }
  for (const auto& [name, value] : variables) environment.push_back(name + "=" + value);
  return environment;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

pid_t Spawn(std::vector<std::string> command, std::vector<std::string> environment, const std::string& output_path) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, output_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t pid = -1;
  SUITE_CHECK_EQ(
      posix_spawn(&pid, command[0].c_str(), &actions, nullptr, Pointers(command).data(), Pointers(environment).data()),
      0);
  posix_spawn_file_actions_destroy(&actions);
  return pid;
}

}  // namespace

RankProcesses::RankProcesses(int world_size, const std::vector<std::string>& command,
                             const std::map<std::string, std::string>& variables) {
  const std::string folder = TemporaryFolder(), port = std::to_string(FreePort());
  for (int rank = 0; rank < world_size; ++rank) {
    std::map<std::string, std::string> own = variables;
    own["RANK"] = std::to_string(rank);
    own["WORLD_SIZE"] = std::to_string(world_size);
    own["MASTER_ADDR"] = "127.0.0.1";
    own["MASTER_PORT"] = port;
    own["OMP_NUM_THREADS"] = "1";
    own.emplace("SUITE_GROUP_DEADLINE_S", "120");
    const std::string output_path = folder + "/" + std::to_string(rank) + ".txt";
    ranks_.push_back({Spawn(command, EnvironmentWith(own), output_path), output_path});
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
