// From files and --set to RunConfigs: one run, or all runs of an experiment.
//
// Layers, the later wins: defaults (run_config.def) < file < profile < sweep < --set. --set on a swept key leaves that
// one value of its axis. Every value remembers its layer in RunConfig::origins.
//
//   ExperimentRequest request;
//   request.path = "experiments/quickstart.toml";
//   request.profile = "smoke";                                  // or empty
//   request.sets = {"rl.steps=5", "seed=3407"};                 // --set, in order
//   request.known_names = {{"objective.preset", {"grpo", "gspo"}}};
//   Experiment experiment = LoadExperiment(request);
//   for (const ExperimentRun& run : experiment.runs) Launch(run.hash, ToToml(run.config));
//
// A child process gets its run back, bit for bit, from the text that ToToml made:
//
//   RunConfig config = LoadRunConfig({"results/3f0c5a/config.toml"});
//
// Bad input is one InputError with file, line, what was found and what is allowed. All profiles of a file are checked,
// not only the one asked for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/config/experiment_file.h"
#include "harness/config/run_config.h"
#include "harness/config/setting.h"

namespace suite {

struct ExperimentRequest {
  std::string path;               // TOML file; empty: defaults and --set alone
  std::string profile;            // name of a [profile.NAME] table; empty: none
  std::vector<std::string> sets;  // "key=value"
  // Names that settings may have, by key. Metrics, comparisons and claims name the scores of
  // harness/metrics/metrics.def.
  KnownNames known_names;
  // What comparisons may name besides the arms: policies that every run starts from.
  std::vector<std::string> baseline_arms = {"base", "sft"};
  // False where no policy is trained or asked (LoadRunConfig): policy.path may then be missing on real data.
  bool needs_policy = true;
};

struct ExperimentRun {
  // The grid point without its seed: runs of one arm are averaged. One swept key with text values gives its value
  // ("gspo"), anything else "key=value" pairs ("preset=gspo, updates_per_rollout=2"); no sweep: the preset's name.
  std::string arm;
  std::string hash;  // ConfigHash(config): the run's name
  RunConfig config;
  int64_t priority = 0;  // of [[sweep.priority]]; higher starts first
};

struct Experiment {
  std::string name;                 // the file's name without folder and ending
  std::vector<ExperimentRun> runs;  // see sweep_points.h: grid, first axis slowest, then includes
  std::vector<std::string> arms;    // in order of appearance
  Budget budget;
  ReportSettings report;  // without what only other profiles have, or --set took away
};

// Throws InputError; two runs with equal hashes are an error too, since they would be one (where --set made them equal,
// one is kept).
Experiment LoadExperiment(const ExperimentRequest& request);

// One run. Throws InputError, also when the file has a sweep.
RunConfig LoadRunConfig(const ExperimentRequest& request);

}  // namespace suite
