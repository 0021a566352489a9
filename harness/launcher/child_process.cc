#include "harness/launcher/child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <set>
#include <system_error>

#include "base/error.h"
#include "harness/launcher/worker_report.h"

extern char** environ;

namespace suite {
namespace {

// Where the child finds its report pipe: the first number after stdin, stdout and stderr.
constexpr int kChildReportFd = 3;

// More of a log's end than this is not looked at for its last lines.
constexpr int64_t kMaxTailBytes = 64 * 1024;

[[noreturn]] void ThrowSystemError(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

// This process' environment with `variables` in place of those of the same name; empty ones are left out.
std::vector<std::string> EnvironmentWith(const std::vector<std::pair<std::string, std::string>>& variables) {
  std::set<std::string> names;
  for (const auto& variable : variables) names.insert(variable.first);
  std::vector<std::string> environment;
  for (char** entry = environ; *entry; ++entry) {
    const std::string text = *entry;
    if (names.count(text.substr(0, text.find('='))) == 0) environment.push_back(text);
  }
  for (const auto& [name, value] : variables) {
    if (!value.empty()) environment.push_back(name + "=" + value);
  }
  return environment;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Everything the child needs is made before fork: after it, in a process that may have had other threads, only
// async-signal-safe calls are allowed.
struct ExecPlan {
  explicit ExecPlan(const ChildStart& start) : path(start.executable) {
    strings.push_back(start.executable);
    strings.insert(strings.end(), start.args.begin(), start.args.end());
    auto variables = start.variables;
    variables.emplace_back(kReportFdVariable, start.reports ? std::to_string(kChildReportFd) : "");
    environment = EnvironmentWith(variables);
    argv = Pointers(strings);
    envp = Pointers(environment);
  }

  std::string path;
  std::vector<std::string> strings, environment;
  std::vector<char*> argv, envp;
};

// What a child inherits; -1: nothing.
struct ChildFds {
  int report = -1, log = -1, given = -1;
};

void MoveFd(int from, int to) {
  // dup2 onto itself would leave close-on-exec set.
  if (from == to) {
    fcntl(to, F_SETFD, 0);
  } else {
    dup2(from, to);
  }
}

void Complain(const char* what) {
  const char* const parts[] = {"cannot start worker: ", what, ": ", strerrordesc_np(errno), "\n"};
  for (const char* part : parts) {
    if (part && write(STDERR_FILENO, part, strlen(part)) < 0) return;
  }
}

[[noreturn]] void BecomeWorker(ExecPlan& plan, pid_t parent, const ChildFds& fds, const sigset_t& mask) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The parent may have died between fork and prctl; then nobody will send the signal.
  if (getppid() != parent) _exit(127);
  setpgid(0, 0);
  const int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null_fd >= 0) dup2(null_fd, STDIN_FILENO);
  dup2(fds.log, STDOUT_FILENO);
  dup2(fds.log, STDERR_FILENO);
  if (fds.report >= 0) MoveFd(fds.report, kChildReportFd);
  if (fds.given >= 0) MoveFd(fds.given, kGivenFd);
  sigprocmask(SIG_SETMASK, &mask, nullptr);
  execve(plan.path.c_str(), plan.argv.data(), plan.envp.data());
  Complain(plan.path.c_str());
  _exit(127);
}

// A descriptor that the child's fixed numbers will not overwrite.
int AboveFixedFds(int fd) {
  if (fd < 0 || fd > kGivenFd) return fd;
  const int moved = fcntl(fd, F_DUPFD_CLOEXEC, kGivenFd + 1);
  close(fd);
  return moved;
}

// No signal may find the child between fork and exec with the parent's handlers still in place.
pid_t ForkAndExecute(ExecPlan& plan, const ChildFds& fds) {
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) BecomeWorker(plan, parent, fds, before);
  const int fork_errno = errno;
  sigprocmask(SIG_SETMASK, &before, nullptr);
  errno = fork_errno;
  return pid;
}

int OpenLog(const std::string& path) {
  const int fd = AboveFixedFds(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (fd < 0) throw InputError(path, std::string("cannot be written: ") + std::strerror(errno));
  return fd;
}

}  // namespace

ChildProcess StartChild(const ChildStart& start) {
  ExecPlan plan(start);
  ChildProcess child;
  ChildFds fds;
  fds.log = OpenLog(start.log_path);
  child.log_start = lseek(fds.log, 0, SEEK_END);
  int ends[2] = {-1, -1};
  if (start.reports && pipe2(ends, O_CLOEXEC) != 0) {
    close(fds.log);
    ThrowSystemError("no pipe for a worker");
  }
  child.report_fd = AboveFixedFds(ends[0]);
  fds.report = AboveFixedFds(ends[1]);
  if (child.report_fd >= 0) fcntl(child.report_fd, F_SETFL, O_NONBLOCK);
  fds.given = start.given_fd;
  child.pid = ForkAndExecute(plan, fds);
  const int fork_errno = errno;
  if (fds.report >= 0) close(fds.report);
  close(fds.log);
  if (child.pid < 0) {
    if (child.report_fd >= 0) close(child.report_fd);
    errno = fork_errno;
    ThrowSystemError("cannot start a worker");
  }
  return child;
}

std::vector<std::string> LastLines(const std::string& log_path, int64_t log_start, size_t count) {
  std::ifstream file(log_path, std::ios::binary);
  if (!file) return {};
  file.seekg(0, std::ios::end);
  const int64_t size = file.tellg();
  file.seekg(std::max(log_start, size - kMaxTailBytes));
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(line);
    if (lines.size() > count) lines.erase(lines.begin());
  }
  return lines;
}

}  // namespace suite
