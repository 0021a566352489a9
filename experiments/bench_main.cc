// The program of every experiment: flags, runs, report. Each experiment is a TOML file and one line in BUILD.
//
//   main -> LoadExperiment (harness/config)
//        -> Bench: stages, runs (child processes of this program, or SLURM jobs), report
//
// Where the program is one of several processes (torchrun, srun, mpirun), they run the experiment together
// (process_work.h). A child process does one job (process_work.h); with run.processes above 1, several do it together.
#include <iostream>
#include <map>
#include <set>

#include "base/error.h"
#include "experiments/bench.h"
#include "experiments/bench_flags.h"
#include "experiments/experiment_main.h"
#include "experiments/probe.h"
#include "experiments/process_work.h"
#include "harness/config/experiment.h"
#include "harness/distributed/process_rank.h"
#include "harness/distributed/run_device.h"
#include "harness/launcher/exit_codes.h"
#include "harness/plan/memory_limits.h"
#include "harness/plan/memory_of_run.h"
#include "harness/plan/position_limits.h"
#include "harness/run/content_pins.h"
#include "harness/run/run.h"
#include "harness/sweep/recorded_runs.h"

namespace suite {
namespace {

// GPUs of one run in the plan: those asked for, else one for each process, else four.
int64_t PlannedGpus(const BenchFlags& flags, int64_t processes) {
  constexpr int64_t kNode = 4;
  if (flags.plan_gpus > 0) return flags.plan_gpus;
  return processes > 1 ? processes : kNode;
}

// What the positions of the runs' checkpoints change about their prompts: a line for each way.
std::string CheckAllPositions(const std::vector<ExperimentRun>& runs) {
  std::set<std::string> notes;
  for (const ExperimentRun& run : runs) notes.insert(CheckPositions(run.config));
  notes.erase("");
  std::string text;
  for (const std::string& note : notes) text += note + "\n";
  return text;
}

// Says what is not here instead of failing: a plan is made before data and checkpoints are fetched.
void PrintPlan(const BenchFlags& flags, Experiment experiment) {
  const std::vector<std::string> not_here = FillContentPinsAtHand(flags.stood, &experiment);
  std::map<int64_t, std::vector<RunConfig>> by_gpus;
  for (const ExperimentRun& run : experiment.runs) {
    by_gpus[PlannedGpus(flags, run.config.run.processes)].push_back(run.config);
  }
  const std::string positions = CheckAllPositions(experiment.runs);
  const Bench bench(flags, std::move(experiment));
  std::string memory;  // first: a plan that cannot be counted is an error and nothing else
  for (const auto& [gpus, configs] : by_gpus) {
    memory += LargestMemoryPlan(configs, {gpus, flags.plan_gpu_gb, bench.Parallel()});
  }
  bench.PrintPlan();
  std::cout << positions << memory;
  for (const std::string& path : not_here) {
    std::cout << "not here: " << path << " (runs get their final names when it is)\n";
  }
}

// Checks what a start would check, and takes the few steps that tell the plan its times. The exit code.
int Probe(const BenchFlags& flags, Experiment experiment) {
  FillContentPins(flags.stood, &experiment);
  Experiment probe = ProbeOf(Bench(flags, std::move(experiment)).RunsOfUnknownTime());
  if (probe.runs.empty()) return kExitDone;
  std::cerr << "probe: a few steps of " << probe.runs.size() << (probe.runs.size() == 1 ? " run" : " runs") << "\n";
  BenchFlags own = flags;
  own.profile.clear();
  own.launcher = "local";
  return Bench(own, std::move(probe)).Train();
}

int Main(int argc, char** argv) {
  const BenchFlags flags = ParseBenchFlags(argc, argv);
  if (!flags.help.empty()) {
    std::cout << flags.help;
    return 0;
  }
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
  const ProcessRank process = RankOfThisProcess();
  const bool looks = flags.status || flags.watch || flags.report || !flags.keep.empty();  // at runs that are there
  const bool runs = flags.probe || (!looks && !flags.plan && !flags.explain);
  // Of a cluster, this machine may be the one without GPUs, or with little memory.
  for (const ExperimentRun& run : experiment.runs) {
    if (runs && flags.launcher == "local") CheckMemory(run.config, MemoryOfMachine());
    const int last = process.world_size > 1 ? process.local_rank : static_cast<int>(run.config.run.processes) - 1;
    if (runs && flags.launcher == "local") CheckDevice(run.config.run.device, last);
  }
  const std::string positions = runs ? CheckAllPositions(experiment.runs) : "";
  if (process.rank == 0) std::cerr << positions;
  if (flags.probe) {
    if (process.world_size > 1) throw InputError("--probe", "in a group of processes", "one, which starts its own");
    const int probed = Probe(flags, experiment);
    if (probed != kExitDone) return probed;
  }
  if (flags.plan) {
    PrintPlan(flags, std::move(experiment));
    return 0;
  }
  if (looks) {
    TakeRecordedPins(SweepFolder(flags, experiment.name), flags.stood, &experiment);
  } else {
    FillContentPins(flags.stood, &experiment);
  }
  if (flags.status || flags.watch) {
    Bench(flags, std::move(experiment)).PrintStatus(flags.watch);
    return 0;
  }
  if (flags.explain) {
    std::cout << Explain(experiment.runs.front().config);
    return 0;
  }
  if (runs && process.world_size > 1) return RunInGroup(flags, experiment, process, {argv, argv + argc});
  Bench bench(flags, std::move(experiment));
  if (!flags.keep.empty()) return bench.Keep(flags.keep);
  return flags.report ? bench.Report() : bench.Execute();
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::ExperimentMain(&suite::Main, argc, argv); }
