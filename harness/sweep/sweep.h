// A sweep as its launcher sees it: the order of its runs, its budget, its plan before it starts and its state while it
// runs.
//
//   Sweep sweep = {"quickstart", "results/quickstart", runs, experiment.budget};
//   sweep.runs = LaunchOrder(std::move(sweep.runs));
//   std::cout << PlanText(sweep, LookAtAll(sweep), {/*parallel=*/2, free_bytes, FinishedRunsIn("results"), stages});
//   std::cout << StatusText(sweep, LookAtAll(sweep));
//
// Times, memory and disk are estimates from finished runs of the same kind in the same sweep (run_cost.h). Without one
// the plan guesses from finished runs of other sweeps, and says so, or else says "unknown"; budget and status do not
// guess.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/config/experiment_file.h"
#include "harness/sweep/run_cost.h"
#include "harness/sweep/run_view.h"
#include "harness/sweep/stage_plan.h"

namespace suite {

struct Sweep {
  std::string name;
  std::string folder;          // "results/quickstart"
  std::vector<SweepRun> runs;  // in the order in which they start
  Budget budget;
};

// Runs of higher priority first. Among equals seed by seed: all arms of the first seed, then all of the second, so that
// a sweep that is cut short still has arms with equal seeds. The order of arms and of seeds stays. It is the order of
// launchers, SLURM's arrays, plan and status, and tells which runs a budget leaves.
std::vector<SweepRun> LaunchOrder(std::vector<SweepRun> runs);

std::vector<RunView> LookAtAll(const Sweep& sweep);

// Which runs the budget leaves; in the order of the runs. Done and failed runs count, and are always within. `hours`
// is compared with the cost of the runs before and of the run itself, as far as it is known.
std::vector<bool> WithinBudget(const Sweep& sweep, const std::vector<RunView>& views);

// What a plan is made with.
struct Surroundings {
  int parallel = 1;                   // runs at once
  int64_t free_bytes = 0;             // on the disk of the results
  std::vector<FinishedRun> finished;  // of all sweeps
  std::vector<MissingStage> stages;   // that runs to do need, trained one after the other before the runs
};

// One line a run, then what all of it takes: runs, stages, time, memory at once, disk beside what is free. A guessed
// time has a "~".
std::string PlanText(const Sweep& sweep, const std::vector<RunView>& views, const Surroundings& surroundings);

// One line a run, then counts and the time left at as many runs at once as there are now.
std::string StatusText(const Sweep& sweep, const std::vector<RunView>& views);

// The runs that are neither done nor failed nor beyond the budget.
std::vector<SweepRun> RunsLeft(const Sweep& sweep, const std::vector<RunView>& views);

// All done or failed or beyond the budget.
bool IsOver(const Sweep& sweep, const std::vector<RunView>& views);

}  // namespace suite
