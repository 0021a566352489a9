#include "tests/sweep/launcher_process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "base/files.h"

namespace suite {

LauncherProcess::LauncherProcess(const std::vector<std::string>& arguments,
                                 const std::vector<std::pair<std::string, std::string>>& environment,
                                 const std::string& config) {
  static int number = 0;
  output_path_ = std::string(std::getenv("TEST_TMPDIR")) + "/launcher-" + std::to_string(++number);
  std::vector<std::string> all = {"experiments/quickstart", "--config=" + config};
  all.insert(all.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& argument : all) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ != 0) return;
  const int output = open(output_path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  dup2(output, 1);
  dup2(output, 2);
  for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
  execv(argv[0], argv.data());
  _exit(127);
}

LauncherProcess::~LauncherProcess() {
  if (!IsRunning()) return;
  kill(pid_, SIGKILL);
  Wait();
}

void LauncherProcess::Signal(int signal) const { kill(pid_, signal); }

bool LauncherProcess::IsRunning() {
  if (!ended_ && waitpid(pid_, &status_, WNOHANG) == pid_) ended_ = true;
  return !ended_;
}

int LauncherProcess::Wait() {
  if (!ended_) waitpid(pid_, &status_, 0);
  ended_ = true;
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
}

std::string LauncherProcess::Output() const { return ReadFile(output_path_); }

}  // namespace suite
