// What a report shows: which runs make an arm, which metrics, which comparisons, and what to tell the reader.
//
//   ReportSpec spec;
//   spec.title = "Quickstart";
//   spec.arms = {{"grpo", "GRPO"}, {"rank_grpo_log", "Rank-GRPO (log)"}};     // values of objective.preset
//   spec.metrics = {{"ndcg@5", "NDCG@5", true}};
//   spec.comparisons = {{"rank_grpo_log", "grpo", "ndcg@5"}, {"grpo", "SFT", "ndcg@5"}};
//   spec.notes = {"Two updates are made on each batch of rollouts, because with one GRPO and GSPO are the same
//   update."};
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reports/table.h"

namespace suite {

// The runs whose config has `value` under ReportSpec::arm_key.
struct Arm {
  std::string value;
  std::string name;  // for readers
};

// Is `left` better than `right`? Arms by value, or the baseline by its name.
struct Comparison {
  std::string left;
  std::string right;
  std::string metric;
};

// A step series to plot.
struct SeriesPlot {
  std::string series;
  std::string title;
  std::string y_label;
};

struct ReportSpec {
  std::string title;
  std::string scale;  // the scale of the evidence in a word: "miniature"

  std::string arm_key = "objective.preset";
  std::vector<Arm> arms;
  std::string seed_key = "seed";
  std::vector<std::string> seeds;  // expected in every arm; empty: those that any arm has

  std::string baseline = "SFT";  // the evaluation at step 0 of the same runs; empty for none

  std::string split = "test";              // final scores, from each run's last evaluation
  std::string curve_split = "validation";  // learning curves
  std::vector<MetricColumn> metrics;
  std::string confounder = "duplicate_share";  // shown beside every comparison; one of `metrics`, or empty
  std::vector<Comparison> comparisons;

  std::vector<SeriesPlot> series_plots;
  std::string rank_series = "reward_by_rank";  // empty for no plot by rank

  std::vector<std::string> notes;

  int resamples = 10000;
  double confidence = 0.95;
  uint64_t bootstrap_seed = 0;
};

}  // namespace suite
