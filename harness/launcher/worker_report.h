// What a child process of the worker pool tells its parent: one JSON object a line on a pipe whose number is in the
// environment.
//
// In the child:
//
//   WorkerReporter reporter;                                   // silent when no parent listens
//   reporter.Report({/*step=*/12, /*total=*/100, /*tokens=*/48000, "reward 0.41"});
//     writes {"step":12,"text":"reward 0.41","tokens":48000,"total":100}
//
// A parent that has died is no error here: the kernel ends the child anyway (worker_pool.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace suite {

// The environment variable that holds the number of the pipe's file descriptor.
inline constexpr char kReportFdVariable[] = "SUITE_REPORT_FD";

struct WorkerReport {
  int64_t step = 0;
  int64_t total = 0;
  int64_t tokens = 0;  // since the process started
  std::string text;
};

// One line, without its line break. Text that is not UTF-8 is written with replacement characters.
std::string FormatReport(const WorkerReport& report);

// Nothing when the line is not such a report.
std::optional<WorkerReport> ParseReport(const std::string& line);

class WorkerReporter {
 public:
  // Takes over the pipe named by the environment; its own children will not inherit it.
  WorkerReporter();
  ~WorkerReporter();
  WorkerReporter(const WorkerReporter&) = delete;
  WorkerReporter& operator=(const WorkerReporter&) = delete;

  bool connected() const { return fd_ >= 0; }
  void Report(const WorkerReport& report);

 private:
  int fd_ = -1;
};

}  // namespace suite
