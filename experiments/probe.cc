#include "experiments/probe.h"

#include <algorithm>
#include <set>
#include <string>

#include "harness/sweep/run_cost.h"

namespace suite {
namespace {

// The first steps of a run are slower than the others, which a mean over this many still shows a little.
constexpr int64_t kRlSteps = 3, kStageSteps = 20;

RunConfig Shortened(RunConfig config) {
  config.pretrain.steps = std::min(config.pretrain.steps, kStageSteps);
  config.sft.steps = std::min(config.sft.steps, kStageSteps);
  config.sft.stop_at_step = std::min(config.sft.stop_at_step, kStageSteps);
  config.rl.steps = std::min(config.rl.steps, kRlSteps);
  config.eval.every = std::min(config.eval.every, kRlSteps);
  CheckConsistent(config);
  return config;
}

}  // namespace

Experiment ProbeOf(const std::vector<ExperimentRun>& runs) {
  Experiment probe;
  probe.name = "probe";
  std::set<std::string> kinds;
  for (const ExperimentRun& run : runs) {
    if (IsCounted(run.config) || !kinds.insert(RoughKindOf(run.config)).second) continue;
    const RunConfig config = Shortened(run.config);
    probe.runs.push_back({run.arm, ConfigHash(config), config});
  }
  return probe;
}

}  // namespace suite
