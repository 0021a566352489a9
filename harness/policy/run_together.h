// What the processes of one run have to agree on (harness/run/run.h): rank 0 holds its lease, store and checkpoints,
// the others follow.
//
//   std::optional<TrainState> state;
//   if (group.rank() == 0) state = Load();
//   if (ShareState(group, size, &state)) trainer.Restore(state->step, ...);      // on every rank
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "harness/distributed/process_group.h"
#include "harness/policy/checkpoint.h"

namespace suite {

// Gives rank 0's state, of `size` weights, or its absence, to all ranks; false when there is none. What a state belongs
// to stays with rank 0.
bool ShareState(ProcessGroup& group, int64_t size, std::optional<TrainState>* state);

// Has any process been asked to stop (harness/launcher/stop_request.h)?
bool AnyStopRequested(ProcessGroup& group);

// Rank 0's `decision`, on all ranks.
std::string DecisionOfRankZero(ProcessGroup& group, const std::string& decision, const std::string& about);

}  // namespace suite
