// One child process of the worker pool: started with a report pipe and a log, and tied to its parent's life.
//
// Internal to harness/launcher; worker_pool.h says what is promised.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace suite {

struct ChildStart {
  std::string executable;
  std::vector<std::string> args;  // argv[1], ...
  std::string log_path;
  // Over this process' own environment; an empty value takes the variable away.
  std::vector<std::pair<std::string, std::string>> variables;
  bool reports = true;  // has a report pipe
  int given_fd = -1;    // a descriptor of this process that it inherits as kGivenFd
};

// After stdin, stdout, stderr and the report pipe.
inline constexpr int kGivenFd = 4;

struct ChildProcess {
  pid_t pid = -1;
  int report_fd = -1;     // read end, non-blocking, to be closed by the owner; -1: it does not report
  int64_t log_start = 0;  // size of the log before this attempt
};

// Forks and executes. Throws InputError when the log cannot be opened and std::system_error when there is no pipe or
// process to be had. An executable that cannot be run shows as exit code 127 and a line in the log.
ChildProcess StartChild(const ChildStart& start);

// The last `count` lines of what was written to the log from `log_start` on.
std::vector<std::string> LastLines(const std::string& log_path, int64_t log_start, size_t count);

}  // namespace suite
