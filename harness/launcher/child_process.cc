#include "harness/launcher/child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
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

// Everything the child needs is made before fork: after it, in a process that may have had other threads, only
// async-signal-safe calls are allowed.
struct ExecPlan {
  ExecPlan(const std::string& executable, const std::vector<std::string>& args) : path(executable) {
    strings.push_back(executable);
    strings.insert(strings.end(), args.begin(), args.end());
    for (auto& text : strings) argv.push_back(text.data());
    argv.push_back(nullptr);
    const std::string prefix = std::string(kReportFdVariable) + "=";
    report_variable = prefix + std::to_string(kChildReportFd);
    for (char** entry = environ; *entry; ++entry) {
      if (std::strncmp(*entry, prefix.c_str(), prefix.size()) != 0) envp.push_back(*entry);
    }
    envp.push_back(report_variable.data());
    envp.push_back(nullptr);
  }

  std::string path;
  std::vector<std::string> strings;
  std::string report_variable;
  std::vector<char*> argv;
  std::vector<char*> envp;
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

[[noreturn]] void BecomeWorker(ExecPlan& plan, pid_t parent, int report_fd, int log_fd, const sigset_t& mask) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The parent may have died between fork and prctl; then nobody will send the signal.
  if (getppid() != parent) _exit(127);
  setpgid(0, 0);
  const int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null_fd >= 0) dup2(null_fd, STDIN_FILENO);
  dup2(log_fd, STDOUT_FILENO);
  dup2(log_fd, STDERR_FILENO);
  MoveFd(report_fd, kChildReportFd);
  sigprocmask(SIG_SETMASK, &mask, nullptr);
  execve(plan.path.c_str(), plan.argv.data(), plan.envp.data());
  Complain(plan.path.c_str());
  _exit(127);
}

// A descriptor that the child's fixed numbers will not overwrite.
int AboveFixedFds(int fd) {
  if (fd < 0 || fd > kChildReportFd) return fd;
  const int moved = fcntl(fd, F_DUPFD_CLOEXEC, kChildReportFd + 1);
  close(fd);
  return moved;
}

}  // namespace

ChildProcess StartChild(const std::string& executable, const std::vector<std::string>& args,
                        const std::string& log_path) {
  ExecPlan plan(executable, args);
  ChildProcess child;
  const int log_fd = AboveFixedFds(open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (log_fd < 0) throw InputError(log_path, std::string("cannot be written: ") + std::strerror(errno));
  child.log_start = lseek(log_fd, 0, SEEK_END);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    close(log_fd);
    ThrowSystemError("no pipe for a worker");
  }
  child.report_fd = AboveFixedFds(ends[0]);
  const int write_fd = AboveFixedFds(ends[1]);
  fcntl(child.report_fd, F_SETFL, O_NONBLOCK);
  // No signal may find the child between fork and exec with the parent's handlers still in place.
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  const pid_t parent = getpid();
  child.pid = fork();
  if (child.pid == 0) BecomeWorker(plan, parent, write_fd, log_fd, before);
  const int fork_errno = errno;
  sigprocmask(SIG_SETMASK, &before, nullptr);
  close(write_fd);
  close(log_fd);
  if (child.pid < 0) {
    close(child.report_fd);
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
