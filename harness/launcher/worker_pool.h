// Runs a list of jobs as child processes, at most N jobs at once, and shows their progress.
//
// Use it to run many training runs beside each other on one machine: each child is a fresh process of this program, so
// runs share no state, and one that crashes takes no other with it.
//
//   Job job;
//   job.name = "gspo seed 3407";
//   job.args = {"--worker", "results/3f0c5a/config.toml"};
//   job.log_path = "results/3f0c5a/log.txt";
//   job.total = 100;
//   job.processes = 2;                                    // a group that trains together: rank 0 and rank 1
//   PoolOptions options;
//   options.max_parallel = 2;
//   options.board = &board;                               // harness/progress; may be null
//   PoolResult result = RunJobs({job, ...}, options);
//   for (const JobResult& job : result.jobs) if (!job.ok()) std::cerr << DescribeFailure(job) << "\n";
//   if (result.signal != 0) return 128 + result.signal;
//
// What is promised:
// - A failed child does not stop the others; its exit code or signal and its last lines are returned.
// - Children die with the parent, even when it is killed with SIGKILL (PR_SET_PDEATHSIG). The kernel ties them to the
//   thread that calls RunJobs, so that thread must live as long as the call, which it does.
// - SIGINT, SIGTERM, SIGHUP and SIGUSR1 to the parent are passed on to every child, no further job starts, and RunJobs
//   returns when all have ended. Children that are still there `grace_s` later, or at a second signal, are killed.
//   Children have process groups of their own: Ctrl-C reaches them once, through the parent.
// - A child's stdout and stderr are appended to its log file; stdin is empty.
// - All of this holds for each process of a job that has several. They are told their places as torchrun would, and
//   meet over the loopback device at a port that nobody else can have. Rank 0 reports; the log of rank 1 of log.txt is
//   log.rank1.txt. The job's end is that of the rank which explains the others' (rank_group.h): a killed one, not those
//   that miss it. Ranks that are still there `grace_s` after such an end are killed.
// - With `gpus`, jobs that use them start when there are enough left, and no two see the same.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/launcher/worker_report.h"
#include "harness/progress/progress.h"

namespace suite {

struct Job {
  std::string name;
  std::vector<std::string> args;  // argv[1], ...
  std::string log_path;           // in a folder that exists
  int64_t total = 0;              // steps expected, until the child says so itself
  int processes = 1;              // that do the job together
  bool uses_gpus = false;         // one for each process
};

struct PoolOptions {
  int max_parallel = 1;
  std::string executable = "/proc/self/exe";  // this program
  ProgressBoard* board = nullptr;
  // Asked right before a job starts; a text other than "" says why it need not (JobStatus::kSkipped). May be empty.
  std::function<std::string(size_t)> reason_to_skip;
  // Called in the parent, on the calling thread, with the job's number. May be empty.
  std::function<void(size_t, const WorkerReport&)> on_report;
  double grace_s = 30;
  // The GPUs to be shared out (gpu_shares.h); empty: children see what this process sees.
  std::vector<std::string> gpus;
};

enum class JobStatus { kNotStarted, kSkipped, kExited, kSignalled };

struct JobResult {
  std::string name;
  JobStatus status = JobStatus::kNotStarted;
  int exit_code = 0;  // with kExited
  int signal = 0;     // with kSignalled
  int rank = 0;       // of the process whose end and log this is
  int processes = 1;
  double seconds = 0;
  WorkerReport last_report;
  int64_t malformed_reports = 0;        // lines on the report pipe that are no reports: a bug of the child
  std::vector<std::string> last_lines;  // of this attempt in the log; only of a job that is not ok
  std::string log_path;

  bool ok() const { return status == JobStatus::kExited && exit_code == 0; }
  // Neither done nor failed: skipped, another process is at it, or stopped on request (exit_codes.h).
  bool open() const;
};

struct PoolResult {
  std::vector<JobResult> jobs;  // in the order given
  int signal = 0;               // the first signal that the parent got; 0: none

  bool ok() const;
};

// Runs all jobs to their end. Throws InputError when a log file cannot be opened (before its job starts; jobs that run
// are killed first) or when a job needs more GPUs than there are, std::system_error when the system has no more
// processes or descriptors. One call at a time.
PoolResult RunJobs(const std::vector<Job>& jobs, const PoolOptions& options);

// "gspo seed 3407: exit code 3 after 0:12, log results/.../log.txt" and the last lines, indented.
std::string DescribeFailure(const JobResult& result);

}  // namespace suite
