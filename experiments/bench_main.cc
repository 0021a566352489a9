// The front door of every experiment: flags, runs, report. Each experiment is a TOML file and one line in BUILD.
//
//   main -> LoadExperiment (harness/config) -> Bench: stages, runs (child processes of this program, or SLURM jobs),
//   report
//
// Where the program is one of several processes (torchrun, srun, mpirun), they run the experiment together
// (run_in_group.h). A child process does one job: the shared stages of a run (--worker=stages) or the run itself
// (--worker=run).
#include <filesystem>
#include <iostream>

#include "experiments/bench.h"
#include "experiments/bench_flags.h"
#include "experiments/experiment_main.h"
#include "experiments/run_in_group.h"
#include "harness/config/experiment.h"
#include "harness/content_locks.h"
#include "harness/distributed/process_place.h"
#include "harness/launcher/exit_codes.h"
#include "harness/launcher/stop_request.h"
#include "harness/launcher/worker_report.h"
#include "harness/memory_of_run.h"
#include "harness/run.h"
#include "harness/run_device.h"
#include "harness/stages.h"

namespace suite {
namespace {

int Work(const BenchFlags& flags, const std::vector<std::string>& argv) {
  const StopSignals signals;
  const RunConfig config = LoadRunConfig({flags.config, "", {}, {}, {}});
  WorkerReporter reporter;
  const ReportProgress report = [&](const WorkerReport& news) { reporter.Report(news); };
  const RunFolders folders = {std::filesystem::path(flags.config).parent_path().parent_path().string(),
                              flags.out + "/cache"};
  RunOptions options;
  options.force_resume = flags.force_resume;
  try {
    if (flags.worker == "stages") {
      TrainSharedStages(config, folders.cache, report);
    } else if (ExecuteRun(config, folders, argv, report, options) == RunOutcome::kBusy) {
      return kExitBusy;
    }
  } catch (const StoppedOnRequest& stopped) {
    std::cerr << stopped.what() << std::endl;
    return kExitRequeue;
  }
  return kExitDone;
}

// Says what is not here instead of failing: a plan is made before data and checkpoints are fetched.
void PrintPlan(const BenchFlags& flags, Experiment experiment) {
  const std::vector<std::string> not_here = FillLocksAtHand(flags.stood, &experiment);
  std::vector<RunConfig> configs;
  for (const ExperimentRun& run : experiment.runs) configs.push_back(run.config);
  const Bench bench(flags, std::move(experiment));
  bench.PrintPlan();
  std::cout << LargestMemoryPlan(configs, {flags.plan_gpus, flags.plan_gpu_gb, bench.Parallel()});
  for (const std::string& path : not_here) {
    std::cout << "not here: " << path << " (runs get their final names when it is)\n";
  }
}

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
  const ProcessPlace place = ReadProcessPlace(SystemEnvironment());
  const bool runs = !flags.plan && !flags.status && !flags.watch && !flags.explain;
  // Of a cluster, this machine may be the one without GPUs.
  for (const ExperimentRun& run : experiment.runs) {
    if (runs && flags.launcher == "local") CheckDevice(run.config.run.device, place.local_rank);
  }
  if (flags.plan) {
    PrintPlan(flags, std::move(experiment));
    return 0;
  }
  FillLocks(flags.stood, &experiment);
  if (flags.explain) {
    std::cout << Explain(experiment.runs.front().config);
    return 0;
  }
  if (runs && place.world_size > 1) return RunInGroup(flags, experiment, place, {argv, argv + argc});
  Bench bench(flags, std::move(experiment));
  if (flags.status || flags.watch) {
    bench.PrintStatus(flags.watch);
    return 0;
  }
  return bench.Execute();
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::ExperimentMain(&suite::Main, argc, argv); }
