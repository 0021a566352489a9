// Before an experiment starts, every path of its runs is made absolute and pinned to its content (data.lock and the
// like), so that a run's name says which data and which checkpoint it stands for, wherever they lie.
//
//   FillContentPins("/home/user", &experiment);       // the folder that relative paths start from
#pragma once

#include <string>
#include <vector>

#include "harness/config/experiment.h"

namespace suite {

// Each distinct data set, checkpoint and sentence encoder is read once. Renews ExperimentRun::hash. Throws InputError
// for data that cannot be read or that a pin of the config refuses.
void FillContentPins(const std::string& folder, Experiment* experiment);

// The same for a plan: what is not there gets a provisional pin, and is returned, as "policy.path /home/user/models/x".
// Names of runs are then not yet those that the runs will have.
std::vector<std::string> FillContentPinsAtHand(const std::string& folder, Experiment* experiment);

}  // namespace suite
