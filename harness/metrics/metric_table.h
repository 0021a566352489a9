// Names and titles of what is measured, from metrics.def.
//
//   MetricNames({5, 10});              // "recall@5", "recall@10", "ndcg@5", ...: the scores of an evaluation
//   KnownMetric("ndcg@10")->title;      // "NDCG@10"
//   SeriesUnder("Training")[0].title;  // "Reward of the training samples"
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace suite {

struct Metric {
  std::string id;     // in configs and stores
  std::string title;  // for readers
  bool higher_is_better = true;
  bool has_cutoff = false;
};

// The scores of an evaluation with these cut-offs (eval.k), in the order of the store.
std::vector<Metric> MetricsAt(const std::vector<int64_t>& cutoffs);
std::vector<std::string> MetricNames(const std::vector<int64_t>& cutoffs);

// The metric that a store calls `id`, whatever its cut-off; nothing when there is none.
std::optional<Metric> KnownMetric(const std::string& id);

// A series of the training steps, as it is plotted.
struct SeriesPlot {
  std::string series;  // its name in the store
  std::string title;
  std::string y_label;
};

// The headings that series are plotted under, and what stands under one of them.
std::vector<std::string> SeriesHeadings();
std::vector<SeriesPlot> SeriesUnder(const std::string& heading);

}  // namespace suite
