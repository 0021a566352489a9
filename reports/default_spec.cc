// DefaultSpec: what a report shows when no spec says it.

#include <algorithm>
#include <map>
#include <utility>

#include "base/error.h"
#include "harness/metrics/metric_table.h"
#include "reports/report.h"
#include "reports/runs/arm_scores.h"
#include "reports/runs/run_set.h"
#include "reports/runs/settings.h"

namespace suite {
namespace {

// The order in which readers expect the arms; others follow by name.
int PlaceOf(const std::string& preset) {
  static const std::vector<std::string> kOrder = {"grpo", "gspo", "rank_grpo_log", "rank_grpo_exp_inf"};
  return static_cast<int>(std::find(kOrder.begin(), kOrder.end(), preset) - kOrder.begin());
}

// "rl.group_size" and "4" give "group_size 4".
std::string SettingName(const std::string& key, const std::string& value) {
  return key == "objective.preset" ? ArmName(value) : ShortName(key) + " " + value;
}

bool ArmLess(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  for (size_t i = 0; i < a.size(); ++i) {
    if (PlaceOf(a[i]) != PlaceOf(b[i])) return PlaceOf(a[i]) < PlaceOf(b[i]);
    if (a[i] != b[i]) return SeedLess(a[i], b[i]);
  }
  return false;
}

// An arm for each value of spec.arm_key where runs differ in nothing else but the seed; else one for each point of the
// sweep, by the names of its runs.
std::vector<Arm> ArmsOf(const ReadStores& stores, const ReportSpec& spec) {
  std::vector<Settings> configs;
  for (const RunRecord& run : stores.records) {
    configs.push_back(FlattenConfig(run.config, run.path + " (config)"));
    if (!configs.back().count(spec.arm_key)) {
      throw InputError(run.path, "its config has no key '" + spec.arm_key + "'");
    }
  }
  std::vector<const Settings*> all;
  for (const Settings& config : configs) all.push_back(&config);
  std::vector<std::string> keys;
  for (const auto& [key, values] : DifferencesOf(all, spec.seed_key)) keys.push_back(key);
  const bool by_key = keys.empty() || keys == std::vector<std::string>{spec.arm_key};
  if (by_key) keys = {spec.arm_key};
  std::map<std::vector<std::string>, Arm, decltype(&ArmLess)> arms(&ArmLess);
  for (size_t i = 0; i < configs.size(); ++i) {
    std::vector<std::string> point;
    Arm arm;
    for (const std::string& key : keys) {
      point.push_back(SettingOf(configs[i], key));
      arm.value += (arm.value.empty() ? "" : ", ") + (by_key ? point.back() : key + "=" + point.back());
      arm.name += (arm.name.empty() ? "" : ", ") + SettingName(key, point.back());
    }
    Arm& known = arms.emplace(point, arm).first->second;
    if (!by_key) known.runs.push_back(stores.records[i].run_name);
  }
  std::vector<Arm> list;
  for (auto& [point, arm] : arms) list.push_back(std::move(arm));
  return list;
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
  for (const std::string& name : table.metric_names) {
    if (const auto metric = KnownMetric(name)) spec->metrics.push_back({name, metric->title, metric->higher_is_better});
  }
  const bool has_confounder = std::any_of(spec->metrics.begin(), spec->metrics.end(),
                                          [&](const MetricColumn& m) { return m.id == spec->confounder; });
  if (!has_confounder) spec->confounder.clear();
  if (table.steps.size() < 2 || table.steps[0] != 0) spec->baseline.clear();
}

// One comparison for each measure of ranking; those of lists without repeats say what the confounder does to them.
void AddComparison(const std::string& left, const std::string& right, ReportSpec* spec) {
  for (const MetricColumn& metric : spec->metrics) {
    const bool is_distinct = metric.id.rfind("distinct_", 0) == 0;
    if (KnownMetric(metric.id)->has_cutoff && !is_distinct) spec->comparisons.push_back({left, right, metric.id});
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
  const RunRecord* shown = nullptr;
  for (const RunRecord& run : stores.records) {
    const auto rank = [](const RunRecord& one) {
      return std::make_pair(!IsCounted(FlattenConfig(one.config, one.path + " (config)")), one.status == "done");
    };
    if (!shown || rank(*shown) < rank(run)) shown = &run;
  }
  const RunRecord& sample = *shown;
  spec.arms = ArmsOf(stores, spec);
  ChooseSplits(sample, &spec);
  ChooseMetrics(sample, &spec);
  ChooseComparisons(&spec);
  if (!SeriesOf(sample, spec.rank_series)) spec.rank_series.clear();
  return spec;
}

}  // namespace suite
