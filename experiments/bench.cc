#include "experiments/bench.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "base/paths.h"
#include "experiments/report_of_experiment.h"
#include "harness/distributed/run_device.h"
#include "harness/launcher/exit_codes.h"
#include "harness/launcher/gpu_shares.h"
#include "harness/launcher/stop_request.h"
#include "harness/metrics/run_record.h"
#include "harness/sft/stages.h"
#include "reports/report.h"
#include "reports/runs/run_set.h"
#include "reports/tools/kept_results.h"

namespace suite {
namespace {

namespace fs = std::filesystem;

// How often a launcher looks whether the runs of another one are over.
constexpr std::chrono::milliseconds kWaitForOthers(500);
constexpr std::chrono::seconds kWatchEvery(2);

// Submissions of what is missing after the first one.
constexpr int kSlurmRounds = 3;

bool OnGpus(const RunConfig& config) { return config.run.device != "cpu"; }

// Stages take part in the processes of their run, as far as they have shards for them.
int ProcessesOf(const RunConfig& config, const std::string& worker) {
  const int64_t shards = worker == "run" ? config.run.threads : config.run.stage_threads;
  return static_cast<int>(std::min(config.run.processes, shards));
}

// What SLURM is asked for.
SlurmNeeds NeedsOf(const RunConfig& config, const std::string& worker) {
  SlurmNeeds needs;
  needs.processes = ProcessesOf(config, worker);
  const int64_t threads = worker == "run" ? config.run.threads : config.run.stage_threads;
  needs.cpus = static_cast<int>((threads + needs.processes - 1) / needs.processes);
  needs.gpu = OnGpus(config);
  return needs;
}

}  // namespace

std::string SweepFolder(const BenchFlags& flags, const std::string& experiment) {
  return flags.out + "/" + experiment + (flags.profile.empty() ? "" : "-" + flags.profile);
}

Bench::Bench(const BenchFlags& flags, Experiment experiment)
    : flags_(flags),
      experiment_(std::move(experiment)),
      folder_(SweepFolder(flags, experiment_.name)),
      folders_{folder_ + "/runs", flags.out + "/cache"},
      board_(std::cerr, TerminalProgress(2)) {
  for (const std::string& folder : {flags.out, folders_.runs, folders_.cache}) CheckFolderPath(folder);
  sweep_.name = fs::path(folder_).filename().string();
  sweep_.folder = folder_;
  sweep_.budget = experiment_.budget;
  for (const ExperimentRun& run : experiment_.runs) {
    const std::string name = run.arm + " seed " + std::to_string(run.config.seed);
    sweep_.runs.push_back({name, RunFolder(folders_, run.config), run.config, run.priority});
  }
  sweep_.runs = LaunchOrder(std::move(sweep_.runs));
}

int Bench::Execute() {
  if (flags_.retry_failed) SetFailedAside();
  return flags_.launcher == "slurm" ? ExecuteOnSlurm() : ExecuteHere();
}

int Bench::Train() {
  MakeFolders();
  const bool complete = TrainAll();
  board_.Close();
  if (signal_) return kExitRequeue;
  return complete ? kExitDone : kExitFailed;
}

int Bench::ExecuteHere() {
  const int trained = Train();
  if (trained == kExitRequeue) return trained;
  const int reported = Report();
  return trained == kExitDone ? reported : trained;
}

std::vector<std::string> Bench::StoresThere() const {
  std::vector<std::string> stores;
  for (const ExperimentRun& run : experiment_.runs) {
    if (fs::exists(StorePath(folders_, run.config))) stores.push_back(StorePath(folders_, run.config));
  }
  return stores;
}

int Bench::Report() {
  const std::vector<std::string> stores = StoresThere();
  if (!stores.empty()) {
    std::cout << WriteReport(ReportOf(experiment_), stores, folder_) << "\nreport: " << folder_ << "/report.html\n";
  }
  const std::vector<RunView> views = LookAtAll(sweep_);
  const bool failed =
      std::any_of(views.begin(), views.end(), [](const RunView& view) { return view.state == RunState::kFailed; });
  return IsOver(sweep_, views) && !failed ? kExitDone : kExitFailed;
}

int Bench::Keep(const std::string& folder) {
  const std::vector<std::string> stores = StoresThere();
  if (stores.size() < sweep_.runs.size()) {
    throw InputError(folder_, std::to_string(stores.size()) + " of " + std::to_string(sweep_.runs.size()) + " runs",
                     "all of them: start the experiment again without --keep");
  }
  KeepResults(ReadAllStores(stores), ReportOf(experiment_), folder);
  KeepReport(ReportOf(experiment_), folder);
  std::cout << stores.size() << " runs kept in " << folder << "\n";
  return kExitDone;
}

Surroundings Bench::LookAround(const std::vector<RunView>& views) const {
  std::error_code unknown;
  fs::path place = folder_;  // may not be there yet
  while (!fs::exists(place) && place.has_parent_path() && place != place.parent_path()) place = place.parent_path();
  const auto space = fs::space(place, unknown);
  const StageCache cache(folders_.cache);
  const StageLookup stages = {[&](const RunConfig& run, const std::string& stage) { return cache.Folder(run, stage); },
                              [&](const RunConfig& run, const std::string& stage) { return cache.Has(run, stage); }};
  Surroundings surroundings;
  surroundings.parallel = Parallel();
  if (!unknown) surroundings.free_bytes = static_cast<int64_t>(space.available);
  surroundings.finished = FinishedRunsIn(flags_.out);
  std::vector<RunConfig> known;
  for (const FinishedRun& finished : surroundings.finished) known.push_back(finished.run.config);
  surroundings.stages = MissingStages(RunsLeft(sweep_, views), stages, known);
  return surroundings;
}

void Bench::PrintPlan() const {
  const std::vector<RunView> views = LookAtAll(sweep_);
  std::cout << PlanText(sweep_, views, LookAround(views));
  PrintProcesses();
}

std::vector<ExperimentRun> Bench::RunsOfUnknownTime() const {
  const std::vector<RunView> views = LookAtAll(sweep_);
  const Surroundings surroundings = LookAround(views);
  const bool all = std::any_of(surroundings.stages.begin(), surroundings.stages.end(),
                               [](const MissingStage& stage) { return stage.wall_s < 0; });
  std::vector<RunCost> costs = CostsOf(sweep_.runs, views);
  TakeRoughCosts(sweep_.runs, surroundings.finished, &costs);
  const std::vector<bool> within = WithinBudget(sweep_, views);
  std::set<std::string> unknown;
  for (size_t i = 0; i < views.size(); ++i) {
    const bool to_do = IsOpen(views[i].state) && within[i];
    if (to_do && (all || costs[i].wall_s < 0)) unknown.insert(ConfigHash(sweep_.runs[i].config));
  }
  std::vector<ExperimentRun> runs;
  for (const ExperimentRun& run : experiment_.runs) {
    if (unknown.count(run.hash)) runs.push_back(run);
  }
  return runs;
}

void Bench::PrintProcesses() const {
  std::map<std::pair<int64_t, bool>, int> groups;
  for (const SweepRun& run : sweep_.runs) ++groups[{run.config.run.processes, OnGpus(run.config)}];
  for (const auto& [group, runs] : groups) {
    if (group.first == 1) continue;
    std::cout << runs << (runs == 1 ? " run of " : " runs of ") << group.first << " processes"
              << (group.second ? ", a GPU each" : "") << "\n";
  }
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
  MakeFolder(run.folder);
  WriteFileAtomically(run.folder + "/config.toml", ToToml(run.config));
  Job job;
  job.name = name;
  job.args = {"--worker=" + worker, "--config=" + run.folder + "/config.toml", "--out=" + flags_.out};
  if (flags_.force_resume) job.args.push_back("--force-resume");
  job.log_path = run.folder + "/log.txt";
  job.total = worker == "run" ? run.config.rl.steps : 0;
  job.processes = ProcessesOf(run.config, worker);
  job.uses_gpus = OnGpus(run.config);
  return job;
}

bool Bench::IsToDo(const SweepRun& run, RunState state) const {
  if (IsOpen(state)) return true;
  if (whole_.count(run.folder)) return false;
  try {
    ReadRun(run.folder + "/store.h5");
  } catch (const InputError&) {
    return true;
  }
  whole_.insert(run.folder);
  return false;
}

std::vector<SweepRun> Bench::RunsToDo() const {
  const std::vector<RunView> views = LookAtAll(sweep_);
  const std::vector<bool> within = WithinBudget(sweep_, views);
  std::vector<SweepRun> runs;
  for (size_t i = 0; i < views.size(); ++i) {
    const SweepRun& run = sweep_.runs[i];
    if (within[i] && !failed_.count(run.folder) && IsToDo(run, views[i].state)) runs.push_back(run);
  }
  return runs;
}

// One run for each stage that the runs to do need and the cache lacks.
std::vector<SweepRun> Bench::StagesToTrain() const {
  std::vector<SweepRun> first;
  std::set<std::string> seen;
  const StageCache cache(folders_.cache);
  for (const SweepRun& run : RunsToDo()) {
    const std::string last = LastSharedStage(run.config);
    if (last.empty() || cache.Has(run.config, last)) continue;
    if (!seen.insert(cache.Folder(run.config, last)).second) continue;
    first.push_back(run);
  }
  return first;
}

// A failed run would fail again, unless what made it fail was not in its config.
void Bench::SetFailedAside() const {
  for (const SweepRun& run : sweep_.runs) {
    if (LookAtRun(run).state != RunState::kFailed) continue;
    fs::rename(run.folder + "/store.h5", FirstFreePath(run.folder + "/store.h5.failed-"));
  }
}

void Bench::MakeFolders() const {
  for (const std::string& folder : {flags_.out, folder_, folders_.runs, folders_.cache}) MakeFolder(folder);
}

bool Bench::TrainAll() {
  // For what comes before, between and after the runs; while they run, the pool takes the signals.
  const StopSignals signals;
  const bool complete = TrainStages() && TrainRuns();
  if (signal_ == 0) signal_ = StopRequested();
  return complete;
}

bool Bench::TrainStages() {
  std::vector<Job> jobs;
  for (const SweepRun& run : StagesToTrain()) jobs.push_back(MakeJob(run, "stages", "base and SFT"));
  return RunAll(jobs, {}).ok();
}

// Rounds, until nothing is left: a run that another launcher has the lease of is left to it, and taken up here when
// that goes stale.
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
    if (StopRequested()) return false;
    if (jobs.empty()) {
      std::this_thread::sleep_for(kWaitForOthers);
      continue;
    }
    PoolOptions options;
    options.max_parallel = Parallel();
    options.reason_to_skip = [&](size_t index) -> std::string {
      const RunState state = LookAtRun(runs[index]).state;
      if (state == RunState::kRunning) return "another launcher is at it";
      return state == RunState::kDone && !IsToDo(runs[index], state) ? "done by another launcher" : "";
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
  const bool on_gpus = std::any_of(jobs.begin(), jobs.end(), [](const Job& job) { return job.uses_gpus; });
  if (on_gpus) options.gpus = VisibleGpus(getenv("CUDA_VISIBLE_DEVICES"), CountGpus());
  PoolResult result = RunJobs(jobs, options);
  for (const JobResult& job : result.jobs) {
    if (!job.ok() && !job.open() && job.status != JobStatus::kNotStarted) std::cerr << DescribeFailure(job) << "\n";
  }
  signal_ = result.signal;
  return result;
}

int Bench::Parallel() const {
  if (flags_.launcher == "slurm") return flags_.jobs > 0 ? flags_.jobs : static_cast<int>(sweep_.runs.size());
  int64_t threads = 1, processes_on_gpus = 0;
  for (const SweepRun& run : sweep_.runs) {
    threads = std::max(threads, run.config.run.threads);
    if (OnGpus(run.config)) processes_on_gpus = std::max(processes_on_gpus, run.config.run.processes);
  }
  if (processes_on_gpus > 0) {
    const int fit = std::max(1, CountGpus() / static_cast<int>(processes_on_gpus));
    return flags_.jobs > 0 ? std::min(flags_.jobs, fit) : fit;
  }
  if (flags_.jobs > 0) return flags_.jobs;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency() / static_cast<unsigned>(threads)));
}

SlurmPlan Bench::PlanForSlurm(const std::vector<SweepRun>& runs) const {
  SlurmPlan plan;
  plan.name = sweep_.name;
  plan.folder = FirstFreePath(folder_ + "/slurm/submission-");
  plan.program = fs::read_symlink("/proc/self/exe").string();
  plan.working_folder = fs::current_path().string();
  plan.out = flags_.out;
  plan.parallel = Parallel();
  plan.options = flags_.sbatch;
  if (flags_.force_resume) plan.worker_args = {"--force-resume"};
  for (const SweepRun& run : StagesToTrain()) plan.stages.push_back({run.folder, NeedsOf(run.config, "stages")});
  for (const SweepRun& run : runs) plan.runs.push_back({run.folder, NeedsOf(run.config, "run")});
  plan.finish_args = {"--config=" + fs::absolute(flags_.config).string(), "--out=" + flags_.out, "--launcher=slurm",
                      "--slurm-round=" + std::to_string(flags_.slurm_round + 1),
                      "--jobs=" + std::to_string(flags_.jobs)};
  if (!flags_.profile.empty()) plan.finish_args.push_back("--profile=" + flags_.profile);
  for (const std::string& set : flags_.sets) plan.finish_args.insert(plan.finish_args.end(), {"--set", set});
  for (const std::string& option : flags_.sbatch) plan.finish_args.push_back("--sbatch=" + option);
  return plan;
}

int Bench::ExecuteOnSlurm() {
  const std::vector<SweepRun> runs = RunsToDo();
  if (runs.empty() || flags_.slurm_round > kSlurmRounds) return Report();
  const SlurmPlan plan = PlanForSlurm(runs);
  CheckSlurmPlan(plan);
  MakeFolders();
  for (const SweepRun& run : runs) MakeJob(run, "run", run.name);
  WriteSlurmScripts(plan);
  std::cout << "scripts: " << plan.folder << "\n";
  if (!flags_.dry_run) std::cout << "submitted: " << SubmitToSlurm(plan, RunCommand) << std::endl;
  return kExitDone;
}

}  // namespace suite
