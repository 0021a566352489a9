#include "harness/launcher/worker_pool.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <map>
#include <memory>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "harness/launcher/exit_codes.h"
#include "harness/launcher/gpu_shares.h"
#include "harness/launcher/rank_group.h"
#include "harness/launcher/stop_request.h"

namespace suite {
namespace {

constexpr int kPollMilliseconds = 100;  // also how often the board is drawn
constexpr int kReapMilliseconds = 5;    // a child that closed its pipe is about to be gone
constexpr size_t kLastLines = 20;

// A child that writes without line breaks is not reporting.
constexpr size_t kMaxReportBytes = 64 * 1024;

double NowSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// A job that runs, and what it has sent.
struct RunningJob {
  std::unique_ptr<RankGroup> ranks;
  std::vector<std::string> gpus;  // that are its own
  double started_s = 0;
  std::string unread;  // the beginning of a line whose end has not come yet
};

class Pool {
 public:
  Pool(const std::vector<Job>& jobs, const PoolOptions& options) : jobs_(jobs), options_(options), gpus_(options.gpus) {
    for (const Job& job : jobs) {
      if (GpusOf(job) > gpus_.size()) {
        throw InputError(job.name, "needs " + std::to_string(GpusOf(job)) + " GPUs",
                         "at most the " + std::to_string(gpus_.size()) + " of this machine");
      }
      JobResult result;
      result.name = job.name;
      result.log_path = job.log_path;
      result.processes = job.processes;
      result_.jobs.push_back(result);
      if (options_.board) bars_.push_back(options_.board->Add(job.name, job.total));
    }
  }

  PoolResult Run() {
    result_.signal = StopRequested();  // before this pool watched for signals
    while (StartMore() || !running_.empty()) {
      Wait();
      HandleSignals();
      for (size_t index : RunningIndices()) {
        Read(index);
        Reap(index);
      }
      if (options_.board) options_.board->Draw();
    }
    return std::move(result_);
  }

 private:
  // 0 also where GPUs are not shared out.
  int GpusOf(const Job& job) const { return job.uses_gpus && !options_.gpus.empty() ? job.processes : 0; }

  std::vector<size_t> RunningIndices() const {
    std::vector<size_t> indices;
    for (const auto& entry : running_) indices.push_back(entry.first);
    return indices;
  }

  // Fills the free places; false when there is nothing more to start.
  bool StartMore() {
    const auto places = static_cast<size_t>(options_.max_parallel);
    while (result_.signal == 0 && next_ < jobs_.size() && running_.size() < places) {
      if (Skips(next_)) {
        ++next_;
        continue;
      }
      if (!Start(jobs_[next_])) break;
    }
    return result_.signal == 0 && next_ < jobs_.size();
  }

  // False while there are too few GPUs left.
  bool Start(const Job& job) {
    RunningJob running;
    if (const int count = GpusOf(job)) {
      auto share = gpus_.Take(count);
      if (!share) return false;
      running.gpus = *share;
    }
    running.ranks = std::make_unique<RankGroup>(
        RankGroupStart{options_.executable, job.args, job.log_path, job.processes, running.gpus});
    running.started_s = NowSeconds();
    running_.emplace(next_++, std::move(running));
    return true;
  }

  bool Skips(size_t index) {
    const std::string reason = options_.reason_to_skip ? options_.reason_to_skip(index) : "";
    if (reason.empty()) return false;
    result_.jobs[index].status = JobStatus::kSkipped;
    if (options_.board) options_.board->Finish(bars_[index], /*ok=*/true, reason);
    return true;
  }

  void Wait() {
    std::vector<pollfd> polled = {{signals_.fd(), POLLIN, 0}};
    int timeout = kPollMilliseconds;
    for (const auto& [index, running] : running_) {
      if (running.ranks->report_fd() >= 0) {
        polled.push_back({running.ranks->report_fd(), POLLIN, 0});
      } else {
        timeout = kReapMilliseconds;
      }
    }
    poll(polled.data(), polled.size(), timeout);
  }

  void HandleSignals() {
    for (const int signal : signals_.Take()) {
      const bool first = result_.signal == 0;
      if (first) {
        result_.signal = signal;
        kill_at_s_ = NowSeconds() + options_.grace_s;
      }
      SendToAll(first ? signal : SIGKILL);
    }
    if (result_.signal != 0 && NowSeconds() >= kill_at_s_) SendToAll(SIGKILL);
  }

  void SendToAll(int signal) {
    for (const auto& [index, running] : running_) running.ranks->Send(signal);
  }

  void Read(size_t index) {
    RunningJob& running = running_.at(index);
    const int fd = running.ranks->report_fd();
    if (fd < 0) return;
    char bytes[4096];
    ssize_t n;
    while ((n = read(fd, bytes, sizeof(bytes))) > 0) running.unread.append(bytes, n);
    const bool ended = n == 0 || (errno != EAGAIN && errno != EINTR);
    TakeLines(index, &running.unread);
    if (ended) running.ranks->CloseReport();
  }

  void TakeLines(size_t index, std::string* unread) {
    size_t start = 0;
    for (size_t end; (end = unread->find('\n', start)) != std::string::npos; start = end + 1) {
      TakeReport(index, unread->substr(start, end - start));
    }
    unread->erase(0, start);
    if (unread->size() <= kMaxReportBytes) return;
    unread->clear();
    ++result_.jobs[index].malformed_reports;
  }

  void TakeReport(size_t index, const std::string& line) {
    JobResult& result = result_.jobs[index];
    const std::optional<WorkerReport> report = ParseReport(line);
    if (!report) {
      ++result.malformed_reports;
      return;
    }
    result.last_report = *report;
    if (options_.board) {
      options_.board->Report(bars_[index], {report->step, report->total, report->tokens, report->text});
    }
    if (options_.on_report) options_.on_report(index, *report);
  }

  // Records the job's end, if all of its processes have ended.
  void Reap(size_t index) {
    RunningJob& running = running_.at(index);
    if (!running.ranks->Reap(NowSeconds(), options_.grace_s)) return;
    Read(index);  // what it sent between the last look and its end
    JobResult& result = result_.jobs[index];
    const RankEnd end = running.ranks->cause();
    result.seconds = NowSeconds() - running.started_s;
    result.rank = end.rank;
    result.log_path = running.ranks->LogPath(end.rank);
    result.status = WIFSIGNALED(end.status) ? JobStatus::kSignalled : JobStatus::kExited;
    result.exit_code = WIFEXITED(end.status) ? WEXITSTATUS(end.status) : 0;
    result.signal = WIFSIGNALED(end.status) ? WTERMSIG(end.status) : 0;
    if (!result.ok() && !result.open()) result.last_lines = running.ranks->LastLinesOf(end.rank, kLastLines);
    gpus_.GiveBack(running.gpus);
    running_.erase(index);
    if (options_.board) options_.board->Finish(bars_[index], result.ok() || result.open(), EndText(result));
  }

  static std::string EndText(const JobResult& result) {
    if (result.ok()) return result.last_report.text;
    if (result.open()) return result.exit_code == kExitBusy ? "another process is at it" : "stopped, saved";
    return result.status == JobStatus::kSignalled ? strsignal(result.signal)
                                                  : "exit code " + std::to_string(result.exit_code);
  }

  const std::vector<Job>& jobs_;
  const PoolOptions& options_;
  GpuShares gpus_;
  SignalWatch signals_;
  PoolResult result_;
  std::vector<int> bars_;
  std::map<size_t, RunningJob> running_;  // by number of the job
  size_t next_ = 0;
  double kill_at_s_ = 0;
};

std::string EndInWords(const JobResult& result) {
  if (result.status == JobStatus::kNotStarted) return "not started";
  if (result.status == JobStatus::kSkipped) return "skipped";
  const std::string who = result.processes == 1 ? ""
                                                : "process " + std::to_string(result.rank) + " of " +
                                                      std::to_string(result.processes) + ": ";
  const std::string end = result.status == JobStatus::kSignalled ? "ended by signal " + std::to_string(result.signal) +
                                                                       " (" + strsignal(result.signal) + ")"
                                                                 : "exit code " + std::to_string(result.exit_code);
  return who + end + " after " + ClockText(result.seconds);
}

}  // namespace

bool JobResult::open() const {
  return status == JobStatus::kSkipped ||
         (status == JobStatus::kExited && (exit_code == kExitBusy || exit_code == kExitRequeue));
}

bool PoolResult::ok() const {
  for (const JobResult& job : jobs) {
    if (!job.ok()) return false;
  }
  return true;
}

PoolResult RunJobs(const std::vector<Job>& jobs, const PoolOptions& options) {
  SUITE_CHECK_GE(options.max_parallel, 1);
  return Pool(jobs, options).Run();
}

std::string DescribeFailure(const JobResult& result) {
  std::string text = result.name + ": " + EndInWords(result);
  if (result.signal == SIGKILL) text += " (perhaps out of memory: see --plan)";
  if (result.status != JobStatus::kNotStarted) text += ", log " + result.log_path;
  for (const auto& line : result.last_lines) text += "\n    " + line;
  return text;
}

}  // namespace suite
