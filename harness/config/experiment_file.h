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
//   notes = [                         # a text, or one that is said only of runs with these settings
//     "Each rollout is used for {rl.updates_per_rollout} updates.",
//     { text = "GRPO and GSPO are the same update.", requires = { "rl.updates_per_rollout" = 1 } },
//   ]
//   published = ["qwen_0.5b_grpo"]    # rows of reports/results/published.toml beside ours
//   [report.arms]                     # how the arms are called in tables and plots
//   gspo = "GSPO"
//   [[claim]]                         # as many as there are; reports/spec/claim.h says what decides one
//   number = 2                        # of the paper's claims
//   requires = { "rl.updates_per_rollout" = [2, 4] }    # any of these; tested only of runs that have it
//   sentence = "Rank-GRPO ranks better than GSPO."
//   left = "rank_grpo_exp_inf"        # arms, as in comparisons
//   right = "gspo"
//   metric = "ndcg@10"                # or "series:NAME", "curve:METRIC", ... (reports/spec/claim.h); right_metric
//                                     # where the right's is another
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

#include "harness/config/report_settings.h"
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
