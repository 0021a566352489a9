// Refuses a run that this machine cannot hold, before anything of it is computed.
//
//   CheckMemory(config, MemoryOfMachine());
//     InputError: "sft.batch = 65536: an optimizer step needs at least 63.2 GiB; allowed: what this machine's 11.7 GiB
//     hold; --plan shows the memory of the RL stage by parts"
//
// It counts what is needed at the least, with short prompts and shorter answers: what it refuses cannot work. What it
// lets pass may still be too large; --plan, which counts everything at its longest (memory_plan.h), says that.
#pragma once

#include <cstdint>

#include "harness/config/run_config.h"

namespace suite {

// Memory and swap space of this machine, in bytes.
double MemoryOfMachine();

// Throws InputError naming the settings whose part is the largest. For a run on GPUs, only what the machine itself
// holds counts.
void CheckMemory(const RunConfig& run, double machine_bytes);

}  // namespace suite
