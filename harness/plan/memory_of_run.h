// The memory plan (harness/plan/memory_plan.h) of the largest run of a sweep.
//
//   std::cout << LargestMemoryPlan(configs, {/*gpus=*/4, /*gpu_gb=*/80, /*runs_at_once=*/1});
//
// Runs on GPUs are planned for `gpus` of them, one process each; runs on the CPU for this machine's memory, shared by
// the runs at once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/config/run_config.h"
#include "harness/plan/memory_plan.h"

namespace suite {

struct PlannedMachine {
  int64_t gpus = 4;
  double gpu_gb = 80;  // 10^9 bytes
  int runs_at_once = 1;
};

// Prompts and completions at their longest, or as most steps have them: answers end after data.list_length lines, and
// the prompts of a simulated world are short.
enum class PlannedLengths { kLongest, kUsual };

// What the run's settings mean for the plan. `config` is the shape of its policy. Throws InputError where its bytes
// could not be counted (CheckCountable).
MemorySettings MemorySettingsOf(const RunConfig& run, const LlamaConfig& config, const PlannedMachine& machine,
                                PlannedLengths lengths = PlannedLengths::kLongest);

// The table of the run whose process needs most; on a CPU also what it is likely to have taken at its end, by usual
// lengths; and a line for each policy whose shape is not known. Throws InputError
// for a checkpoint that is there and cannot be read.
std::string LargestMemoryPlan(const std::vector<RunConfig>& runs, const PlannedMachine& machine);

}  // namespace suite
