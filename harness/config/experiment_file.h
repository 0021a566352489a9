// A config or experiment file as it was written, before any layer is laid over another.
//
//   seed = 3407                       # the base run: at the top level, or the same keys under [run]
//   [rl]
//   steps = 100
//   [sweep]                           # grid: the first axis turns slowest
//   "objective.preset" = ["grpo", "gspo", "rank_grpo_exp_inf"]
//   seed = [3407, 3408]
//   [[sweep.exclude]]                 # runs of the grid that are left out: those that fit all of its keys
//   "objective.preset" = "grpo"       # a value, or a list of them
//   seed = 3408
//   [[sweep.include]]                 # runs beside the grid, with the sweep's seeds; other keys as in the base run
//   "objective.preset" = "gspo"
//   "rl.updates_per_rollout" = 4
//   [[sweep.priority]]                # runs that start before others, or after them; they keep their names and numbers
//   "objective.preset" = ["grpo", "rank_grpo_exp_inf"]
//   priority = 2                      # higher starts first, no rule is 0; those of all rules that fit a run add up
//   [budget]                          # at most so many runs, in the order of --plan; no new run after so many hours of
//   runs = 12                         # running time in all
//   hours = 1.5
//   [profile.smoke]                   # same keys as the base; [profile.smoke.sweep] replaces axes,
//                                     # [[profile.smoke.sweep.exclude]], include and priority all rules of their kind
//                                     # (exclude = [] leaves none), [profile.smoke.budget] keys of the budget
//   rl.steps = 2
//   [profile.smoke.sweep]
//   seed = [3407]
//   [report]
//   title = "Quickstart"
//   metrics = ["ndcg@10", "recall@10"]
//   comparisons = [["rank_grpo_exp_inf", "gspo", "ndcg@10"]]      # left, right, metric
//   notes = ["With one update a rollout GRPO and GSPO are the same update."]
//   published = ["qwen_0.5b_grpo"]    # rows of reports/results/published.toml beside ours
//   [report.arms]                     # how the arms are called in tables and plots
//   gspo = "GSPO"
//   [[claim]]                         # as many as there are; reports/spec/claim.h says what decides one
//   number = 2                        # of the paper's claims
//   sentence = "Rank-GRPO ranks better than GSPO."
//   left = "rank_grpo_exp_inf"        # arms, as in comparisons
//   right = "gspo"
//   metric = "ndcg@10"                # or "series:NAME", "curve:METRIC", "roughness:METRIC"; right_metric where the
//                                     # right's is another
//   relation = ">"                    # >, <, =
//   margin = 0.0                      # left out: 0
//   published = [0.1079, 0.0945]      # left, right; may be left out
//   source = "arXiv 2510.20150, Table 1"
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/config/setting.h"

namespace suite {

struct SweepAxis {
  std::string key;                   // "objective.preset"
  std::vector<SettingValue> values;  // at least one
  std::string origin;
};

// One table of [[sweep.exclude]], [[sweep.include]] or [[sweep.priority]]: its keys with one value or several.
using SweepRule = std::vector<SweepAxis>;

// Runs whose configs have, for every key of the rule, one of its values.
struct PriorityRule {
  SweepRule runs;
  int64_t priority = 0;
};

struct SweepRules {
  std::vector<SweepRule> exclude;
  std::vector<SweepRule> include;
  std::vector<PriorityRule> priority;
};

// What a sweep may cost; what lies beyond is not started.
struct Budget {
  std::optional<int64_t> runs;
  std::optional<double> hours;  // sum of the runs' wall time
};

// "left is compared with right by metric"; left and right are arms (see experiment.h).
struct ComparisonSetting {
  std::string left;
  std::string right;
  std::string metric;
  std::string origin;
};

// A sentence of the paper as a comparison. Relations are words that reports/spec/claim.h knows.
struct ClaimSetting {
  int64_t number = 0;
  std::string sentence;
  std::string left;
  std::string right;             // empty with a target, and where the relation is about one arm's course
  std::optional<double> target;  // the number that left is held against
  std::string metric;
  std::string right_metric;  // empty: the same
  std::string relation;
  double margin = 0;
  std::vector<double> published;  // none, or left and right
  std::string source;
  std::string origin;
};

struct ReportSettings {
  std::string title;
  std::vector<std::string> metrics;
  std::vector<ComparisonSetting> comparisons;
  std::vector<ClaimSetting> claims;  // the [[claim]] tables
  std::vector<std::string> notes;
  std::vector<std::string> published;              // ids in reports/results/published.toml
  std::map<std::string, std::string> arm_names;    // arm -> display name
  std::map<std::string, std::string> arm_origins;  // arm -> where the display name stands
  std::string metrics_origin;
};

struct Profile {
  std::vector<Setting> settings;
  std::vector<SweepAxis> sweep;
  SweepRules rules;
  Budget budget;
  std::set<std::string> replaced_rules;  // the kinds that it gives: "exclude", "include", "priority"
};

struct ExperimentFile {
  std::string path;
  std::vector<Setting> base;
  std::vector<SweepAxis> sweep;
  SweepRules rules;
  Budget budget;
  std::map<std::string, Profile> profiles;
  ReportSettings report;
};

// Reads the form above. Throws InputError with file and line. Keys and values of settings are looked at later, by
// ApplySettings; here only the form is.
ExperimentFile ParseExperimentFile(const std::string& text, const std::string& path);

}  // namespace suite
