// One child process of the worker pool: started with a report pipe and a log, and tied to its parent's life.
//
// Internal to harness/launcher; worker_pool.h says what is promised.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace suite {

struct ChildProcess {
  pid_t pid = -1;
  int report_fd = -1;     // read end, non-blocking, to be closed by the owner
  int64_t log_start = 0;  // size of the log before this attempt
};

// Forks and executes `executable` with `args` after it as argv[0]. Throws InputError when the log cannot be opened and
// std::system_error when there is no pipe or process to be had. An executable that cannot be run shows as exit code 127
// and a line in the log.
ChildProcess StartChild(const std::string& executable, const std::vector<std::string>& args,
                        const std::string& log_path);

// The last `count` lines of what was written to the log from `log_start` on.
std::vector<std::string> LastLines(const std::string& log_path, int64_t log_start, size_t count);

}  // namespace suite
