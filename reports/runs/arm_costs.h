// What an arm's runs cost, each measure an axis for plots: wall time, tokens, processor and GPU time.
//
//   for (const Cost& cost : CostsOf(arm)) line.other_x.push_back({cost.label, {cost.value}});
#pragma once

#include <string>
#include <vector>

#include "reports/runs/run_set.h"

namespace suite {

struct Cost {
  std::string label;  // with its unit
  std::string stem;   // for files
  double value = 0;   // the mean over the arm's runs
};

// In this order, each where all of the arm's runs tell:
//   "Wall time of a run, s"              summary wall_s
//   "Sampled tokens of a run"            series rollout_tokens
//   "Tokens of a run, prompts included"  series tokens
//   "Processor hours of training"        series processor_s (of the first process) times the number of processes
//   "GPU hours of training"              series step_s times the number of processes, where the device is a GPU
std::vector<Cost> CostsOf(const ArmRuns& arm);

// The cost of that stem; null where there is none.
const Cost* FindCost(const std::vector<Cost>& costs, const std::string& stem);

}  // namespace suite
