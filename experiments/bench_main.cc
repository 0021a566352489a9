// The front door of every experiment: flags, runs, report. Each experiment is a TOML file and one line in BUILD.
//
//   main -> LoadExperiment (harness/config) -> TrainStages, TrainRuns (child processes of this program) -> WriteReport
//
// A child process does one job: the shared stages of a run (--worker=stages) or the run itself (--worker=run).
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <set>
#include <thread>

#include "base/allocator.h"
#include "base/error.h"
#include "base/files.h"
#include "experiments/bench_flags.h"
#include "experiments/report_of_experiment.h"
#include "harness/config/experiment.h"
#include "harness/launcher/worker_pool.h"
#include "harness/launcher/worker_report.h"
#include "harness/progress/progress.h"
#include "harness/run.h"
#include "harness/stages.h"
#include "reports/report.h"

namespace suite {
namespace {

constexpr int kBadInput = 2;
constexpr int kFailedRuns = 1;

int Work(const BenchFlags& flags, const std::vector<std::string>& argv) {
  const RunConfig config = LoadRunConfig({flags.config, "", {}, {}, {}});
  WorkerReporter reporter;
  const ReportProgress report = [&](const WorkerReport& news) { reporter.Report(news); };
  const RunFolders folders = {std::filesystem::path(flags.config).parent_path().parent_path().string(),
                              flags.out + "/cache"};
  if (flags.worker == "stages") {
    TrainSharedStages(config, folders.cache, report);
  } else {
    ExecuteRun(config, folders, argv, report);
  }
  return 0;
}

// One experiment in one output folder.
class Bench {
 public:
  Bench(const BenchFlags& flags, Experiment experiment)
      : flags_(flags),
        experiment_(std::move(experiment)),
        folder_(flags.out + "/" + experiment_.name + (flags.profile.empty() ? "" : "-" + flags.profile)),
        folders_{folder_ + "/runs", flags.out + "/cache"},
        board_(std::cerr, TerminalProgress(2)) {}

  // A run that failed stops neither the others nor the report, which then says what is missing.
  int Execute() {
    const bool complete = TrainStages() && TrainRuns();
    board_.Close();
    if (signal_) return 128 + signal_;
    std::vector<std::string> stores;
    for (const ExperimentRun& run : experiment_.runs) {
      if (std::filesystem::exists(StorePath(folders_, run.config))) stores.push_back(StorePath(folders_, run.config));
    }
    if (!stores.empty()) {
      std::cout << WriteReport(ReportOf(experiment_), stores, folder_) << "\nreport: " << folder_ << "/report.html\n";
    }
    return complete ? 0 : kFailedRuns;
  }

  void PrintPlan() const {
    for (const ExperimentRun& run : experiment_.runs) {
      std::cout << run.hash << "  " << (IsDone(folders_, run.config) ? "done   " : "to run ") << " " << NameOf(run)
                << "  " << run.config.rl.steps << " steps\n";
    }
  }

 private:
  static std::string NameOf(const ExperimentRun& run) { return run.arm + " seed " + std::to_string(run.config.seed); }

  // A child that works on the run's config; its folder is made here.
  Job MakeJob(const ExperimentRun& run, const std::string& worker, const std::string& name) const {
    const std::string folder = RunFolder(folders_, run.config);
    std::filesystem::create_directories(folder);
    WriteFileAtomically(folder + "/config.toml", ToToml(run.config));
    Job job;
    job.name = name;
    job.args = {"--worker=" + worker, "--config=" + folder + "/config.toml", "--out=" + flags_.out};
    job.log_path = folder + "/log.txt";
    return job;
  }

  // Base and SFT policies that the runs still to do need and the cache lacks.
  bool TrainStages() {
    std::vector<Job> jobs;
    std::set<std::string> seen;
    const StageCache cache(folders_.cache);
    for (const ExperimentRun& run : experiment_.runs) {
      if (IsDone(folders_, run.config) || cache.Has(run.config, "sft")) continue;
      if (seen.insert(cache.Folder(run.config, "sft")).second) jobs.push_back(MakeJob(run, "stages", "base and SFT"));
    }
    return RunAll(jobs, 1);
  }

  bool TrainRuns() {
    std::vector<Job> jobs;
    int64_t threads = 1;
    for (const ExperimentRun& run : experiment_.runs) {
      if (IsDone(folders_, run.config)) continue;
      jobs.push_back(MakeJob(run, "run", NameOf(run)));
      jobs.back().total = run.config.rl.steps;
      threads = std::max(threads, run.config.run.threads);
    }
    const int fitting = static_cast<int>(std::thread::hardware_concurrency() / static_cast<unsigned>(threads));
    return RunAll(jobs, flags_.jobs > 0 ? flags_.jobs : std::max(1, fitting));
  }

  bool RunAll(const std::vector<Job>& jobs, int max_parallel) {
    // OpenMP threads that wait by spinning for long starve their partners on a machine that does other work too.
    setenv("GOMP_SPINCOUNT", "20000", /*overwrite=*/0);
    PoolOptions options;
    options.max_parallel = max_parallel;
    options.board = &board_;
    const PoolResult result = RunJobs(jobs, options);
    for (const JobResult& job : result.jobs) {
      if (!job.ok() && job.status != JobStatus::kNotStarted) std::cerr << DescribeFailure(job) << "\n";
    }
    signal_ = result.signal;
    return result.ok();
  }

  const BenchFlags& flags_;
  Experiment experiment_;
  std::string folder_;
  RunFolders folders_;
  ProgressBoard board_;
  int signal_ = 0;
};

int Main(int argc, char** argv) {
  const BenchFlags flags = ParseBenchFlags(argc, argv);
  if (flags.help_config) {
    std::cout << ConfigHelp();
    return 0;
  }
  if (!flags.worker.empty()) return Work(flags, {argv, argv + argc});
  ExperimentRequest request;
  request.path = flags.config;
  request.profile = flags.profile;
  request.sets = flags.sets;
  request.known_names["objective.preset"] = ObjectiveNames();
  Experiment experiment = LoadExperiment(request);
  for (const ExperimentRun& run : experiment.runs) CheckObjective(run.config);
  if (flags.explain) {
    std::cout << Explain(experiment.runs.front().config);
    return 0;
  }
  Bench bench(flags, std::move(experiment));
  if (flags.plan) {
    bench.PrintPlan();
    return 0;
  }
  return bench.Execute();
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) {
  suite::KeepFreedMemory();
  try {
    return suite::Main(argc, argv);
  } catch (const suite::InputError& error) {
    std::cerr << "error: " << error.what() << std::endl;
    return suite::kBadInput;
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << std::endl;
    return suite::kFailedRuns;
  }
}
