// The runs that a sweep's folder holds, as their own config.toml tells them.
//
//   for (const SweepRun& run : RecordedRuns("results/table1")) ...
//   TakeRecordedPins("results/table1", "/home/user", &experiment);           // now run.hash names its folder
#pragma once

#include <string>
#include <vector>

#include "harness/config/experiment.h"
#include "harness/sweep/run_view.h"

namespace suite {

// In the order of their folders, without names. Runs whose config cannot be read (of another version of the suite) are
// left out.
std::vector<SweepRun> RecordedRuns(const std::string& sweep_folder);

// A run's name depends on what its data and its checkpoint hold (FillContentPins in harness/run/content_pins.h), and
// reading a checkpoint takes long or is not possible here. For a look at a sweep it is enough to take the pins from
// the recorded run with the same settings and paths, which start from `folder` where they are relative; of several,
// from the one that was started last. Results that were moved from another machine are found by the last part of each
// path. A run without a record has the provisional name that a plan gives it where nothing is at hand.
void TakeRecordedPins(const std::string& sweep_folder, const std::string& folder, Experiment* experiment);

}  // namespace suite
