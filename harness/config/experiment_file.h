// A config or experiment file as it was written, before any layer is laid over another.
//
//   seed = 3407                       # the base run: at the top level, or the same keys under [run]
//   [rl]
//   steps = 100
//   [sweep]                           # grid: the first axis turns slowest
//   "objective.preset" = ["grpo", "gspo", "rank_grpo_exp_inf"]
//   seed = [3407, 3408]
//   [profile.smoke]                   # same keys as the base; [profile.smoke.sweep] replaces axes
//   rl.steps = 2
//   [profile.smoke.sweep]
//   seed = [3407]
//   [report]
//   title = "Quickstart"
//   metrics = ["ndcg@10", "recall@10"]
//   comparisons = [["rank_grpo_exp_inf", "gspo", "ndcg@10"]]      # left, right, metric
//   notes = ["With one update a rollout GRPO and GSPO are the same update."]
//   [report.arms]                     # how the arms are called in tables and plots
//   gspo = "GSPO"
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/config/setting.h"

namespace suite {

struct SweepAxis {
  std::string key;                   // "objective.preset"
  std::vector<SettingValue> values;  // at least one
  std::string origin;
};

// "left is compared with right by metric"; left and right are arms (see experiment.h).
struct ComparisonSetting {
  std::string left;
  std::string right;
  std::string metric;
  std::string origin;
};

struct ReportSettings {
  std::string title;
  std::vector<std::string> metrics;
  std::vector<ComparisonSetting> comparisons;
  std::vector<std::string> notes;
  std::map<std::string, std::string> arm_names;    // arm -> display name
  std::map<std::string, std::string> arm_origins;  // arm -> where the display name stands
  std::string metrics_origin;
};

struct Profile {
  std::vector<Setting> settings;
  std::vector<SweepAxis> sweep;
};

struct ExperimentFile {
  std::string path;
  std::vector<Setting> base;
  std::vector<SweepAxis> sweep;
  std::map<std::string, Profile> profiles;
  ReportSettings report;
};

// Reads the form above. Throws InputError with file and line. Keys and values of settings are looked at later, by
// ApplySettings; here only the form is.
ExperimentFile ParseExperimentFile(const std::string& text, const std::string& path);

}  // namespace suite
