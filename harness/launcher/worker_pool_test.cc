#include "harness/launcher/worker_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/files.h"

namespace suite {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kWorker[] = "harness/launcher/test_worker";

std::string Place(const std::string& name) {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  return testing::TempDir() + test->name() + "_" + name;
}

Job MakeJob(const std::string& name, const std::vector<std::string>& args) {
  Job job;
  job.name = name;
  job.args = args;
  job.log_path = Place(name + ".log");
  unlink(job.log_path.c_str());
  return job;
}

PoolOptions Options(int max_parallel) {
  PoolOptions options;
  options.max_parallel = max_parallel;
  options.executable = kWorker;
  return options;
}

bool WaitUntil(const std::function<bool()>& condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

// Gone, or a zombie that nobody has collected yet.
bool IsGone(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string stat;
  if (!std::getline(file, stat)) return true;
  return stat.at(stat.rfind(')') + 2) == 'Z';
}

// A pool of two sleeping workers in a process of its own, once both have started.
struct PoolProcess {
  PoolProcess() {
    for (const auto& path : {result, a, b}) unlink(path.c_str());
    pid = fork();
    if (pid == 0) {
      execl(kWorker, kWorker, "pool", result.c_str(), a.c_str(), b.c_str(), nullptr);
      _exit(127);
    }
    started = WaitUntil([&] { return Exists(a) && Exists(b); });
    if (started) worker_a = std::stoi(ReadFile(a)), worker_b = std::stoi(ReadFile(b));
  }

  std::string result = Place("result"), a = Place("a"), b = Place("b");
  pid_t pid = -1, worker_a = -1, worker_b = -1;
  bool started = false;
};

TEST(WorkerReport, RoundTripsAndRefusesTheRest) {
  const auto report = ParseReport(FormatReport({3, 10, 1234567890123, "a \"b\"\n\xff"}));
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->step, 3);
  EXPECT_EQ(report->total, 10);
  EXPECT_EQ(report->tokens, 1234567890123);
  EXPECT_EQ(report->text, "a \"b\"\n\xEF\xBF\xBD");
  EXPECT_EQ(FormatReport({1, 2, 3, "a\nb"}).find('\n'), std::string::npos) << "one line a report";
  for (const char* line : {"", "x", "[]", "{}", "{\"step\":\"1\",\"total\":1,\"tokens\":1,\"text\":\"\"}"}) {
    EXPECT_FALSE(ParseReport(line).has_value()) << line;
  }
}

TEST(WorkerReport, IsSilentWithoutAParent) {
  unsetenv(kReportFdVariable);
  EXPECT_FALSE(WorkerReporter().connected());
  setenv(kReportFdVariable, "987", 1);
  EXPECT_FALSE(WorkerReporter().connected());
  WorkerReporter().Report({1, 2, 3, "nobody listens"});
  unsetenv(kReportFdVariable);
}

TEST(RunJobs, CollectsReportsInOrder) {
  PoolOptions options = Options(2);
  std::vector<std::vector<int64_t>> steps(3);
  options.on_report = [&](size_t job, const WorkerReport& report) { steps.at(job).push_back(report.step); };
  const PoolResult result =
      RunJobs({MakeJob("one", {"report", "3"}), MakeJob("two", {"report", "2000"}), MakeJob("three", {"report", "1"})},
              options);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.signal, 0);
  EXPECT_THAT(steps[0], ElementsAre(1, 2, 3));
  ASSERT_EQ(steps[1].size(), 2000u);
  EXPECT_EQ(steps[1].back(), 2000);
  EXPECT_THAT(steps[2], ElementsAre(1));
  EXPECT_EQ(result.jobs[1].last_report.tokens, 20000);
  EXPECT_EQ(result.jobs[1].malformed_reports, 0);
}

TEST(RunJobs, AFailureStopsNobodyElse) {
  const std::vector<Job> jobs = {MakeJob("fails", {"fail", "3"}), MakeJob("killed", {"kill"}),
                                 MakeJob("works", {"report", "2"})};
  const PoolResult result = RunJobs(jobs, Options(1));
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.jobs[0].exit_code, 3);
  ASSERT_EQ(result.jobs[0].last_lines.size(), 20u);
  EXPECT_EQ(result.jobs[0].last_lines.back(), "line 30");
  EXPECT_EQ(result.jobs[1].status, JobStatus::kSignalled);
  EXPECT_EQ(result.jobs[1].signal, SIGKILL);
  EXPECT_TRUE(result.jobs[2].ok());
  EXPECT_THAT(DescribeFailure(result.jobs[0]),
              AllOf(HasSubstr("fails: exit code 3 after 0:"), HasSubstr("\n    line 30")));
  EXPECT_THAT(DescribeFailure(result.jobs[1]), HasSubstr("killed: ended by signal 9 (Killed)"));
  EXPECT_THAT(ReadFile(jobs[0].log_path), HasSubstr("on stdout\n"));
}

TEST(RunJobs, LogsAreAppendedAndOnlyThisAttemptIsQuoted) {
  const Job job = MakeJob("again", {"kill"});
  WriteFileAtomically(job.log_path, "an earlier attempt\n");
  const PoolResult result = RunJobs({job}, Options(1));
  EXPECT_TRUE(result.jobs[0].last_lines.empty());
  EXPECT_EQ(ReadFile(job.log_path), "an earlier attempt\n");
}

TEST(RunJobs, CountsMalformedReports) {
  const PoolResult result = RunJobs({MakeJob("garbage", {"garbage"})}, Options(1));
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.jobs[0].malformed_reports, 3);
  EXPECT_EQ(result.jobs[0].last_report.text, "fine");
}

TEST(RunJobs, RunsNoMoreThanAllowedAtOnce) {
  const std::string folder = Place("places");
  mkdir(folder.c_str(), 0777);
  std::vector<Job> jobs;
  for (int i = 0; i < 6; ++i) jobs.push_back(MakeJob("busy" + std::to_string(i), {"busy", folder, "200"}));
  int highest = 0;
  for (const JobResult& job : RunJobs(jobs, Options(2)).jobs) highest = std::max(highest, job.exit_code);
  EXPECT_EQ(highest, 1) << "the exit code is the lowest free place: 0 and 1, and both were needed";
}

TEST(RunJobs, AProgramThatCannotRunIsAFailure) {
  PoolOptions options = Options(1);
  options.executable = "/no/such/program";
  const PoolResult result = RunJobs({MakeJob("missing", {})}, options);
  EXPECT_EQ(result.jobs[0].exit_code, 127);
  EXPECT_THAT(result.jobs[0].last_lines,
              ElementsAre("cannot start worker: /no/such/program: No such file or directory"));
}

TEST(RunJobs, ALogThatCannotBeWrittenIsAnInputError) {
  Job job = MakeJob("no_folder", {"report", "1"});
  job.log_path = "/no/such/folder/log.txt";
  EXPECT_THROW(RunJobs({job}, Options(1)), InputError);
  EXPECT_TRUE(RunJobs({MakeJob("after", {"report", "1"})}, Options(1)).ok()) << "the pool can be used again";
}

TEST(RunJobs, ShowsProgress) {
  std::ostringstream out;
  ProgressOptions progress;
  progress.width = [] { return 120; };
  progress.now = [] { return 0.; };
  ProgressBoard board(out, progress);
  PoolOptions options = Options(1);
  options.board = &board;
  RunJobs({MakeJob("good", {"report", "3"}), MakeJob("bad", {"fail", "4"})}, options);
  EXPECT_THAT(out.str(), AllOf(HasSubstr("good  done in 0:00  loss \"x\" \n"),
                               HasSubstr("bad  FAILED after 0:00  exit code 4\n")));
  EXPECT_EQ(board.state().bars[0].now.done, 3);
}

TEST(RunJobs, SkippedBusyAndRequeuedJobsAreOpen) {
  std::ostringstream out;
  ProgressOptions progress;
  progress.width = [] { return 120; };
  progress.now = [] { return 0.; };
  ProgressBoard board(out, progress);
  PoolOptions options = Options(1);
  options.board = &board;
  options.reason_to_skip = [](size_t index) { return index == 1 ? "done elsewhere" : ""; };
  const PoolResult result = RunJobs({MakeJob("busy", {"fail", "73"}), MakeJob("skipped", {"fail", "9"}),
                                     MakeJob("saved", {"fail", "75"}), MakeJob("bad", {"fail", "74"})},
                                    options);
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.jobs[1].status, JobStatus::kSkipped);
  for (const size_t i : {0, 1, 2}) EXPECT_TRUE(result.jobs[i].open()) << i;
  EXPECT_FALSE(result.jobs[3].open());
  EXPECT_THAT(out.str(), AllOf(HasSubstr("another process is at it"), HasSubstr("done elsewhere"),
                               HasSubstr("stopped, saved"), HasSubstr("bad  FAILED after 0:00  exit code 74\n")));
}

TEST(RunJobs, ChildrenDieWithAKilledParent) {
  PoolProcess pool;
  ASSERT_TRUE(pool.started);
  EXPECT_FALSE(IsGone(pool.worker_a));
  kill(pool.pid, SIGKILL);
  waitpid(pool.pid, nullptr, 0);
  EXPECT_TRUE(WaitUntil([&] { return IsGone(pool.worker_a) && IsGone(pool.worker_b); }));
}

TEST(RunJobs, SignalsArePassedOn) {
  PoolProcess pool;
  ASSERT_TRUE(pool.started);
  kill(pool.pid, SIGTERM);
  int status = -1;
  waitpid(pool.pid, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(ReadFile(pool.result), "signal 15 5 5 not_started");
  EXPECT_TRUE(IsGone(pool.worker_a) && IsGone(pool.worker_b));
}

TEST(RunJobs, AChildThatWillNotEndIsKilledAfterTheGrace) {
  const std::string pid_path = Place("pid");
  unlink(pid_path.c_str());
  std::thread sender([&] {
    WaitUntil([&] { return Exists(pid_path); });
    kill(getpid(), SIGTERM);
  });
  PoolOptions options = Options(1);
  options.grace_s = .2;
  const PoolResult result =
      RunJobs({MakeJob("stubborn", {"stubborn", pid_path}), MakeJob("next", {"report", "1"})}, options);
  sender.join();
  EXPECT_EQ(result.signal, SIGTERM);
  EXPECT_EQ(result.jobs[0].signal, SIGKILL);
  EXPECT_GE(result.jobs[0].seconds, .2);
  EXPECT_EQ(result.jobs[1].status, JobStatus::kNotStarted);
  EXPECT_THAT(DescribeFailure(result.jobs[1]), HasSubstr("next: not started"));
}

}  // namespace
}  // namespace suite
