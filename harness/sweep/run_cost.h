// What runs cost: as measured by runs of the same kind that are done, or roughly, by runs of other sweeps.
//
//   std::vector<RunCost> costs = CostsOf(runs, views);                        // in the order of the runs
//   TakeRoughCosts(runs, FinishedRunsIn("results"), &costs);                  // what is still unknown, for a plan
//
// Runs are of one kind when their configs differ in `seed` and `objective` alone.
#pragma once

#include <string>
#include <vector>

#include "harness/config/run_config.h"
#include "harness/sweep/run_view.h"

namespace suite {

// What is known of a run's cost; -1: unknown.
struct RunCost {
  double wall_s = -1;
  double peak_rss_mib = -1;
  double disk_bytes = -1;  // while it runs, checkpoints included
  bool rough = false;      // TakeRoughCosts
};

// In the order of the runs: medians of the done runs of each kind. A run that is done costs what it cost. A run that
// counts (policy.kind) costs next to nothing: without a done run of its kind, what one took on 22,363 test users.
std::vector<RunCost> CostsOf(const std::vector<SweepRun>& runs, const std::vector<RunView>& views);

// A run that is done, of any sweep; the sweep that it is of ("quickstart").
struct FinishedRun {
  std::string sweep;
  SweepRun run;
  RunView view;
};

// All of the sweeps in an output folder ("results"), by folder. What cannot be read is left out.
std::vector<FinishedRun> FinishedRunsIn(const std::string& out);

// Equal for runs of which one is a rough guide to the other: their configs may also differ in rl.steps, eval.every,
// data.world_seed and in how the shared stages were trained.
std::string RoughKindOf(const RunConfig& config);

// Fills in costs that are unknown, from finished runs of the same rough kind. Their time for a step is taken for each
// step, that for an answer of their evaluations for each answer that is evaluated, and the rest as it is; the median
// over them is the guess. It leaves out that policies of other stages write longer or shorter answers. Returns the
// sweeps that it is from.
std::vector<std::string> TakeRoughCosts(const std::vector<SweepRun>& runs, const std::vector<FinishedRun>& finished,
                                        std::vector<RunCost>* costs);

// Weights of the policy that the config describes; 0 for a checkpoint, whose size the config does not tell, and where
// answers are counted.
double WeightsOf(const RunConfig& config);

// The lower of the two in the middle; -1 where there is none.
double Median(std::vector<double> values);

}  // namespace suite
