#include "experiments/bench.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <thread>
#include <utility>

#include "base/files.h"
#include "experiments/report_of_experiment.h"
#include "harness/launcher/exit_codes.h"
#include "harness/launcher/slurm_scripts.h"
#include "harness/stages.h"
#include "reports/report.h"

namespace suite {
namespace {

namespace fs = std::filesystem;

// How often a launcher looks whether the runs of another one are over.
constexpr std::chrono::milliseconds kWaitForOthers(500);
constexpr std::chrono::seconds kWatchEvery(2);

// Submissions of what is missing after the first one.
constexpr int kSlurmRounds = 3;

bool IsOpen(RunState state) { return state != RunState::kDone && state != RunState::kFailed; }

std::string FirstFree(const std::string& prefix) {
  for (int n = 1;; ++n) {
    const std::string path = prefix + std::to_string(n);
    if (!fs::exists(path)) return path;
  }
}

}  // namespace

Bench::Bench(const BenchFlags& flags, Experiment experiment)
    : flags_(flags),
      experiment_(std::move(experiment)),
      folder_(flags.out + "/" + experiment_.name + (flags.profile.empty() ? "" : "-" + flags.profile)),
      folders_{folder_ + "/runs", flags.out + "/cache"},
      board_(std::cerr, TerminalProgress(2)) {
  sweep_.name = fs::path(folder_).filename().string();
  sweep_.folder = folder_;
  sweep_.budget = experiment_.budget;
  for (const ExperimentRun& run : experiment_.runs) {
    sweep_.runs.push_back(
        {run.arm + " seed " + std::to_string(run.config.seed), RunFolder(folders_, run.config), run.config});
  }
  sweep_.runs = LaunchOrder(std::move(sweep_.runs));
}

int Bench::Execute() {
  if (flags_.retry_failed) SetFailedAside();
  return flags_.launcher == "slurm" ? ExecuteOnSlurm() : ExecuteHere();
}

int Bench::ExecuteHere() {
  const bool complete = TrainStages() && TrainRuns();
  board_.Close();
  // What was asked to stop by a scheduler wants to be started again.
  if (signal_ == SIGTERM || signal_ == SIGUSR1) return kExitRequeue;
  if (signal_) return 128 + signal_;
  const int reported = Report();
  return complete ? reported : kExitFailed;
}

int Bench::Report() {
  std::vector<std::string> stores;
  for (const ExperimentRun& run : experiment_.runs) {
    if (fs::exists(StorePath(folders_, run.config))) stores.push_back(StorePath(folders_, run.config));
  }
  if (!stores.empty()) {
    std::cout << WriteReport(ReportOf(experiment_), stores, folder_) << "\nreport: " << folder_ << "/report.html\n";
  }
  const std::vector<RunView> views = LookAtAll(sweep_);
  const bool failed =
      std::any_of(views.begin(), views.end(), [](const RunView& view) { return view.state == RunState::kFailed; });
  return IsOver(sweep_, views) && !failed ? kExitDone : kExitFailed;
}

void Bench::PrintPlan() const {
  std::error_code unknown;
  fs::path place = folder_;  // may not be there yet
  while (!fs::exists(place) && place.has_parent_path() && place != place.parent_path()) place = place.parent_path();
  const auto space = fs::space(place, unknown);
  std::cout << PlanText(sweep_, LookAtAll(sweep_), {Parallel(), unknown ? 0 : static_cast<int64_t>(space.available)});
}

void Bench::PrintStatus(bool watch) const {
  while (true) {
    const std::vector<RunView> views = LookAtAll(sweep_);
    if (watch && isatty(STDOUT_FILENO)) std::cout << "\x1b[H\x1b[2J";
    std::cout << StatusText(sweep_, views) << std::flush;
    if (!watch || IsOver(sweep_, views)) return;
    std::this_thread::sleep_for(kWatchEvery);
  }
}

// A child that works on the run's config; its folder is made here.
Job Bench::MakeJob(const SweepRun& run, const std::string& worker, const std::string& name) const {
  fs::create_directories(run.folder);
  WriteFileAtomically(run.folder + "/config.toml", ToToml(run.config));
  Job job;
  job.name = name;
  job.args = {"--worker=" + worker, "--config=" + run.folder + "/config.toml", "--out=" + flags_.out};
  if (flags_.force_resume) job.args.push_back("--force-resume");
  job.log_path = run.folder + "/log.txt";
  job.total = worker == "run" ? run.config.rl.steps : 0;
  return job;
}

std::vector<SweepRun> Bench::RunsToDo() const {
  const std::vector<RunView> views = LookAtAll(sweep_);
  const std::vector<bool> within = WithinBudget(sweep_, views);
  std::vector<SweepRun> runs;
  for (size_t i = 0; i < views.size(); ++i) {
    if (within[i] && IsOpen(views[i].state) && !failed_.count(sweep_.runs[i].folder)) runs.push_back(sweep_.runs[i]);
  }
  return runs;
}

// One run for each stage that the runs to do need and the cache lacks.
std::vector<SweepRun> Bench::StagesToTrain() const {
  std::vector<SweepRun> first;
  std::set<std::string> seen;
  const StageCache cache(folders_.cache);
  for (const SweepRun& run : RunsToDo()) {
    if (cache.Has(run.config, "sft") || !seen.insert(cache.Folder(run.config, "sft")).second) continue;
    first.push_back(run);
  }
  return first;
}

// A failed run would fail again, unless what made it fail was not in its config.
void Bench::SetFailedAside() const {
  for (const SweepRun& run : sweep_.runs) {
    if (LookAtRun(run).state != RunState::kFailed) continue;
    fs::rename(run.folder + "/store.h5", FirstFree(run.folder + "/store.h5.failed-"));
  }
}

bool Bench::TrainStages() {
  std::vector<Job> jobs;
  for (const SweepRun& run : StagesToTrain()) jobs.push_back(MakeJob(run, "stages", "base and SFT"));
  return RunAll(jobs, {}).ok();
}

// Rounds, until nothing is left: a run that another launcher has claimed is left to it, and taken up here when its
// claim goes stale.
bool Bench::TrainRuns() {
  while (true) {
    std::vector<Job> jobs;
    std::vector<SweepRun> runs;
    const std::vector<SweepRun> to_do = RunsToDo();
    for (const SweepRun& run : to_do) {
      if (LookAtRun(run).state == RunState::kRunning) continue;
      jobs.push_back(MakeJob(run, "run", run.name));
      runs.push_back(run);
    }
    if (to_do.empty()) return failed_.empty();
    if (jobs.empty()) {
      std::this_thread::sleep_for(kWaitForOthers);
      continue;
    }
    PoolOptions options;
    options.max_parallel = Parallel();
    options.reason_to_skip = [&](size_t index) -> std::string {
      const RunState state = LookAtRun(runs[index]).state;
      if (state == RunState::kRunning) return "another launcher is at it";
      return state == RunState::kDone ? "done by another launcher" : "";
    };
    const PoolResult result = RunAll(jobs, options);
    for (size_t i = 0; i < runs.size(); ++i) {
      if (!result.jobs[i].ok() && !result.jobs[i].open()) failed_.insert(runs[i].folder);
    }
    if (signal_) return false;
  }
}

PoolResult Bench::RunAll(const std::vector<Job>& jobs, PoolOptions options) {
  // OpenMP threads that wait by spinning for long starve their partners on a machine that does other work too.
  setenv("GOMP_SPINCOUNT", "20000", /*overwrite=*/0);
  options.board = &board_;
  PoolResult result = RunJobs(jobs, options);
  for (const JobResult& job : result.jobs) {
    if (!job.ok() && !job.open() && job.status != JobStatus::kNotStarted) std::cerr << DescribeFailure(job) << "\n";
  }
  signal_ = result.signal;
  return result;
}

int Bench::Parallel() const {
  if (flags_.jobs > 0) return flags_.jobs;
  if (flags_.launcher == "slurm") return static_cast<int>(sweep_.runs.size());
  int64_t threads = 1;
  for (const SweepRun& run : sweep_.runs) {
    if (run.config.run.device != "cpu") return 1;
    threads = std::max(threads, run.config.run.threads);
  }
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency() / static_cast<unsigned>(threads)));
}

int Bench::ExecuteOnSlurm() {
  const std::vector<SweepRun> runs = RunsToDo();
  if (runs.empty() || flags_.slurm_round > kSlurmRounds) return Report();
  SlurmPlan plan;
  plan.name = sweep_.name;
  plan.folder = FirstFree(folder_ + "/slurm/submission-");
  plan.program = fs::read_symlink("/proc/self/exe").string();
  plan.working_folder = fs::current_path().string();
  plan.out = flags_.out;
  plan.parallel = Parallel();
  plan.options = flags_.sbatch;
  if (flags_.force_resume) plan.worker_args = {"--force-resume"};
  for (const SweepRun& run : StagesToTrain()) plan.stages.push_back(run.folder);
  for (const SweepRun& run : runs) {
    MakeJob(run, "run", run.name);
    plan.runs.push_back(run.folder);
    plan.run_cpus = std::max(plan.run_cpus, static_cast<int>(run.config.run.threads));
    plan.stage_cpus = std::max(plan.stage_cpus, static_cast<int>(run.config.run.stage_threads));
  }
  plan.finish_args = {"--config=" + fs::absolute(flags_.config).string(), "--out=" + flags_.out, "--launcher=slurm",
                      "--slurm-round=" + std::to_string(flags_.slurm_round + 1),
                      "--jobs=" + std::to_string(flags_.jobs)};
  if (!flags_.profile.empty()) plan.finish_args.push_back("--profile=" + flags_.profile);
  for (const std::string& set : flags_.sets) plan.finish_args.insert(plan.finish_args.end(), {"--set", set});
  for (const std::string& option : flags_.sbatch) plan.finish_args.push_back("--sbatch=" + option);
  WriteSlurmScripts(plan);
  std::cout << "scripts: " << plan.folder << "\n";
  if (!flags_.dry_run) std::cout << "submitted: " << SubmitToSlurm(plan, RunCommand) << std::endl;
  return kExitDone;
}

}  // namespace suite
