// DefaultSpec: what to show when nobody said.

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "reports/arm_scores.h"
#include "reports/report.h"
#include "reports/run_set.h"

namespace suite {
namespace {

const std::vector<MetricColumn>& SuiteMetrics() {
  static const std::vector<MetricColumn> kMetrics = {
      {"recall@5", "Recall@5", true},
      {"recall@10", "Recall@10", true},
      {"recall@20", "Recall@20", true},
      {"ndcg@5", "NDCG@5", true},
      {"ndcg@10", "NDCG@10", true},
      {"ndcg@20", "NDCG@20", true},
      {"in_catalog_ratio", "In-catalogue ratio", true},
      {"duplicate_share", "Duplicate share", false},
  };
  return kMetrics;
}

const std::vector<SeriesPlot>& SuiteSeries() {
  static const std::vector<SeriesPlot> kSeries = {
      {"reward", "Reward of the training samples", "DCG@N"},
      {"in_catalog_ratio", "In-catalogue ratio of the training samples", "Share of items"},
      {"duplicate_share", "Duplicate share of the training samples", "Share of items"},
      {"entropy", "Entropy of the policy", "Nats a token"},
  };
  return kSeries;
}

// The order in which readers expect the arms; others follow by name.
int PlaceOf(const std::string& preset) {
  static const std::vector<std::string> kOrder = {"grpo", "gspo", "rank_grpo_log", "rank_grpo_exp_inf"};
  return static_cast<int>(std::find(kOrder.begin(), kOrder.end(), preset) - kOrder.begin());
}

const ScoreTable* TableOf(const RunRecord& run, const std::string& split) {
  for (const ScoreTable& table : run.scores) {
    if (table.split == split) return &table;
  }
  return nullptr;
}

void ChooseSplits(const RunRecord& run, ReportSpec* spec) {
  if (run.scores.empty()) throw InputError(run.path, "holds no score tables");
  if (!TableOf(run, spec->split)) spec->split = run.scores.back().split;
  if (!TableOf(run, spec->curve_split)) spec->curve_split = spec->split;
}

void ChooseMetrics(const RunRecord& run, ReportSpec* spec) {
  const ScoreTable& table = *TableOf(run, spec->split);
  for (const MetricColumn& metric : SuiteMetrics()) {
    const auto& names = table.metric_names;
    if (std::find(names.begin(), names.end(), metric.id) != names.end()) spec->metrics.push_back(metric);
  }
  const bool has_confounder = std::any_of(spec->metrics.begin(), spec->metrics.end(),
                                          [&](const MetricColumn& m) { return m.id == spec->confounder; });
  if (!has_confounder) spec->confounder.clear();
  if (table.steps.size() < 2 || table.steps[0] != 0) spec->baseline.clear();
}

void AddComparison(const std::string& left, const std::string& right, ReportSpec* spec) {
  for (const MetricColumn& metric : spec->metrics) {
    if (metric.id != "in_catalog_ratio" && metric.id != spec->confounder) {
      spec->comparisons.push_back({left, right, metric.id});
    }
  }
}

void ChooseComparisons(ReportSpec* spec) {
  for (size_t i = 1; i < spec->arms.size(); ++i) AddComparison(spec->arms[i].value, spec->arms[0].value, spec);
  for (const Arm& arm : spec->arms) {
    if (!spec->baseline.empty()) AddComparison(arm.value, spec->baseline, spec);
  }
}

}  // namespace

ReportSpec DefaultSpec(const std::string& title, const std::vector<std::string>& store_paths) {
  return DefaultSpec(title, ReadAllStores(store_paths));
}

ReportSpec DefaultSpec(const std::string& title, const ReadStores& stores) {
  ReportSpec spec;
  spec.title = title;
  std::set<std::string> presets;
  const RunRecord* shown = nullptr;
  for (const RunRecord& run : stores.records) {
    const auto config = FlattenConfig(run.config, run.path + " (config)");
    const auto preset = config.find(spec.arm_key);
    if (preset == config.end()) throw InputError(run.path, "its config has no key '" + spec.arm_key + "'");
    presets.insert(preset->second);
    if (!shown || (shown->status != "done" && run.status == "done")) shown = &run;
  }
  const RunRecord& sample = *shown;
  for (const std::string& preset : presets) spec.arms.push_back({preset, ArmName(preset)});
  std::stable_sort(spec.arms.begin(), spec.arms.end(),
                   [](const Arm& a, const Arm& b) { return PlaceOf(a.value) < PlaceOf(b.value); });
  ChooseSplits(sample, &spec);
  ChooseMetrics(sample, &spec);
  ChooseComparisons(&spec);
  for (const SeriesPlot& plot : SuiteSeries()) {
    if (HasSeries(sample, plot.series)) spec.series_plots.push_back(plot);
  }
  if (!HasSeries(sample, spec.rank_series)) spec.rank_series.clear();
  return spec;
}

}  // namespace suite
