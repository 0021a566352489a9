// A run that counts the training split in place of training a policy (policy.kind popularity or neighbours): the
// baseline that a learned policy has to beat.
//
//   if (IsCounted(config)) ExecuteCountedRun(config, dataset, recorder, meter);      // in place of the stages and RL
//
// Its record is that of any run without RL steps: the scores of validation and test at step 0, the answered lists, and
// the first answers for reading. Lists leave out what the conversation names and what its user has seen, as the field
// ranks next items. Nothing in it is random.
#pragma once

#include "harness/config/run_config.h"
#include "harness/data/dataset.h"
#include "harness/provenance/phase_meter.h"
#include "harness/run/run_recorder.h"

namespace suite {

// Throws InputError for a data set whose training split names nothing to count.
void ExecuteCountedRun(const RunConfig& config, const Dataset& dataset, RunRecorder& recorder, PhaseMeter& meter);

}  // namespace suite
