// The shared stages (base policies and fine-tuned ones) that runs need and the cache lacks, and what they will cost.
//
//   const StageCache cache("results/cache");                                                  // harness/sft/stages.h
//   StageLookup lookup = {[&](const RunConfig& run, const std::string& stage) { return cache.Folder(run, stage); },
//                         [&](const RunConfig& run, const std::string& stage) { return cache.Has(run, stage); }};
//   std::vector<MissingStage> stages = MissingStages(runs_to_do, lookup, configs_of_other_runs);
//
// Costs are those of stages that are in the cache and whose configs differ in their number of steps (time goes with
// it), data.world_seed, the teacher and what is imitated alone. Without one they are unknown, but for the size of a
// policy whose shape the config gives.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/config/run_config.h"
#include "harness/sweep/run_view.h"

namespace suite {

// Where a stage ("pretrain" or "sft") of a run's config lies, and whether it is there.
struct StageLookup {
  std::function<std::string(const RunConfig&, const std::string&)> folder;
  std::function<bool(const RunConfig&, const std::string&)> has;
};

// The shared stage that a run's RL starts from: "sft", "pretrain" under sft.demonstrations = "none" (R1-zero), and ""
// where it then starts from a checkpoint as it is, and for a run that counts (policy.kind).
std::string LastSharedStage(const RunConfig& config);

struct MissingStage {
  std::string stage;  // "pretrain" or "sft"
  std::string folder;
  // Of the training alone, without what makes the demonstrations; -1: unknown.
  double wall_s = -1;
  double peak_rss_mib = -1;
  double disk_bytes = -1;  // that stay
};

// Each stage once, base policies first. `known`: runs whose stages may be in the cache, as a guide to costs; `runs`
// themselves are looked at anyway.
std::vector<MissingStage> MissingStages(const std::vector<SweepRun>& runs, const StageLookup& lookup,
                                        const std::vector<RunConfig>& known);

}  // namespace suite
