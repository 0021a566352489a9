// A plan needs times, and a first run of its kind has none to go by. A probe is such a run cut short: a few steps of
// each stage and of RL, with evaluations in full, in a folder of its own, where the plan finds it among the finished
// runs (harness/sweep/run_cost.h).
//
//   ./bazelw run //experiments:beauty -- --from DIR --plan --probe
#pragma once

#include <vector>

#include "harness/config/experiment.h"

namespace suite {

// The experiment "probe": the first of each kind of run (RoughKindOf), shortened. Runs that count are left out: nothing
// is trained for them, and the plan knows what one takes.
Experiment ProbeOf(const std::vector<ExperimentRun>& runs);

}  // namespace suite
