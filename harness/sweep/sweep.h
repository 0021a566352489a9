// A sweep as its launcher sees it: the order of its runs, its budget, its plan before it starts and its state while it
// runs.
//
//   Sweep sweep = {"quickstart", "results/quickstart", runs, experiment.budget};
//   sweep.runs = LaunchOrder(std::move(sweep.runs));
//   std::cout << PlanText(sweep, LookAtAll(sweep), {/*parallel=*/2, free_bytes});
//   std::cout << StatusText(sweep, LookAtAll(sweep));
//
// Times, memory and disk are estimates from runs of the same kind: those whose configs differ in `seed` and `objective`
// alone, in the same sweep folder. Without one there is no guess: the text says "unknown".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/config/experiment_file.h"
#include "harness/sweep/run_view.h"

namespace suite {

struct Sweep {
  std::string name;
  std::string folder;          // "results/quickstart"
  std::vector<SweepRun> runs;  // in the order in which they start
  Budget budget;
};

// Seed by seed: all arms of the first seed, then all of the second, so that a sweep that is cut short still has arms
// with equal seeds. The order of arms and of seeds stays.
std::vector<SweepRun> LaunchOrder(std::vector<SweepRun> runs);

std::vector<RunView> LookAtAll(const Sweep& sweep);

// What is known of each run's cost; -1: unknown.
struct RunCost {
  double wall_s = -1;
  double peak_rss_mib = -1;
  double disk_bytes = -1;  // while it runs, checkpoints included
};

// In the order of the runs. A run that is done costs what it cost.
std::vector<RunCost> CostsOf(const Sweep& sweep, const std::vector<RunView>& views);

// Which runs the budget leaves; in the order of the runs. Done and failed runs count, and are always within. `hours`
// is compared with the cost of the runs before and of the run itself, as far as it is known.
std::vector<bool> WithinBudget(const Sweep& sweep, const std::vector<RunView>& views);

struct Machine {
  int parallel = 1;        // runs at once
  int64_t free_bytes = 0;  // on the disk of the results
};

// One line a run, then what all of it takes: runs, time, memory at once, disk beside what is free.
std::string PlanText(const Sweep& sweep, const std::vector<RunView>& views, const Machine& machine);

// One line a run, then counts and the time left at as many runs at once as there are now.
std::string StatusText(const Sweep& sweep, const std::vector<RunView>& views);

// All done or failed or beyond the budget.
bool IsOver(const Sweep& sweep, const std::vector<RunView>& views);

}  // namespace suite
