// Sampling shared out over the processes of a group: SampleGroups (models/sampler.h) of which each rank does its
// shards, and everyone gets all rollouts.
//
//   auto groups = SampleGroupsTogether(*group, llama, tensors, prompts, /*group_size=*/8, options, stream_of);
//
// Takes and gives what SampleGroups does, `options.shards` counting the shards of all processes, and for the same
// weights gives the same rollouts to the bit whatever the number of processes: a shard's batch is what fixes the
// rounding, and streams belong to samples.
#pragma once

#include <string>
#include <vector>

#include "harness/distributed/process_group.h"
#include "models/sampler.h"

namespace suite {

std::vector<RolloutGroup> SampleGroupsTogether(ProcessGroup& group, const Llama& llama, const LlamaTensors& tensors,
                                               const std::vector<std::vector<int64_t>>& prompts, int64_t group_size,
                                               const SamplingOptions& options, const StreamOf& stream_of);

// Rollout groups as bytes of this machine's kind, and back.
std::string PackRollouts(const std::vector<RolloutGroup>& groups);
std::vector<RolloutGroup> UnpackRollouts(const std::string& bytes);

}  // namespace suite
