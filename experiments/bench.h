// One experiment in one output folder: what a launcher does with it.
//
//   Bench bench(flags, std::move(experiment));
//   return bench.Execute();          // stages, runs, report; here, or as SLURM jobs
//
// Several launchers may work on one sweep at once, here or on other machines that see the folder: each takes the runs
// that nobody has a lease on, and ends when all are done.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "experiments/bench_flags.h"
#include "harness/config/experiment.h"
#include "harness/launcher/slurm_scripts.h"
#include "harness/launcher/worker_pool.h"
#include "harness/progress/progress.h"
#include "harness/run/run.h"
#include "harness/sweep/sweep.h"

namespace suite {

// "results/quickstart-smoke": where an experiment of that name has its runs and its report.
std::string SweepFolder(const BenchFlags& flags, const std::string& experiment);

class Bench {
 public:
  // Throws InputError where something else than a folder stands at --out or in it.
  Bench(const BenchFlags& flags, Experiment experiment);

  // The exit code (harness/launcher/exit_codes.h). A run that failed stops neither the others nor the report.
  int Execute();

  // Trains stages and runs, here and without a report. The exit code.
  int Train();

  // Runs at once.
  int Parallel() const;

  const RunFolders& folders() const { return folders_; }

  // In the order of the sweep. Those that are left are neither done nor failed nor beyond the budget.
  const std::vector<SweepRun>& runs() const { return sweep_.runs; }
  std::vector<SweepRun> RunsToDo() const;

  // Draws the report from the runs that are done. The exit code says whether any is missing or failed.
  int Report();
  // Packs the runs, their tables, verdicts and plots to `folder` (reports/tools/kept_results.h). Throws InputError
  // while a run is not done.
  int Keep(const std::string& folder);

  void PrintPlan() const;
  // Runs to do whose time the plan does not know, or for whose stages it does not.
  std::vector<ExperimentRun> RunsOfUnknownTime() const;
  // Once, or again and again until the sweep is over.
  void PrintStatus(bool watch) const;

 private:
  int ExecuteHere();
  int ExecuteOnSlurm();
  SlurmPlan PlanForSlurm(const std::vector<SweepRun>& runs) const;
  std::vector<std::string> StoresThere() const;
  // Neither done nor failed. A look at a run sees only the edges of its store, so the store of each that is over is
  // also read to its end, once: one that is damaged there has to be run again.
  bool IsToDo(const SweepRun& run, RunState state) const;

  // What a plan goes by.
  Surroundings LookAround(const std::vector<RunView>& views) const;
  void PrintProcesses() const;

  Job MakeJob(const SweepRun& run, const std::string& worker, const std::string& name) const;
  std::vector<SweepRun> StagesToTrain() const;
  void SetFailedAside() const;
  void MakeFolders() const;
  bool TrainAll();
  bool TrainStages();
  bool TrainRuns();
  PoolResult RunAll(const std::vector<Job>& jobs, PoolOptions options);

  const BenchFlags& flags_;
  Experiment experiment_;
  std::string folder_;
  RunFolders folders_;
  Sweep sweep_;
  ProgressBoard board_;
  std::set<std::string> failed_;         // folders of runs that failed under this launcher
  mutable std::set<std::string> whole_;  // folders of runs that are over and whose stores were read to their ends
  int signal_ = 0;
};

}  // namespace suite
