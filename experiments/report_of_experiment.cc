#include "experiments/report_of_experiment.h"

#include <algorithm>

#include "base/check.h"
#include "base/paths.h"
#include "harness/config/report_settings.h"
#include "harness/metrics/metric_table.h"
#include "reports/report.h"
#include "reports/spec/claim.h"
#include "reports/spec/statement.h"

namespace suite {
namespace {

MetricColumn ColumnOf(const std::string& id) {
  const std::optional<Metric> metric = KnownMetric(id);
  SUITE_CHECK(metric.has_value());  // the experiment file was checked
  return {id, metric->title, metric->higher_is_better};
}

// "miniature"; "sequences (beauty), a policy from scratch"; "redial_original (redial_original), SmolLM2-135M-Instruct".
std::string ScaleOf(const RunConfig& config) {
  std::string scale = config.data.source;
  if (!config.data.path.empty()) scale += " (" + LastPart(config.data.path) + ")";
  if (config.policy.from_scratch) scale += ", a policy from scratch";
  if (!config.policy.path.empty()) scale += ", " + LastPart(config.policy.path);
  return scale;
}

std::vector<Condition> ConditionsOf(const std::vector<ConditionSetting>& settings) {
  std::vector<Condition> conditions;
  for (const ConditionSetting& setting : settings) conditions.push_back({setting.key, setting.values});
  return conditions;
}

Claim ClaimOf(const ClaimSetting& setting) {
  Claim claim;
  claim.number = static_cast<int>(setting.number);
  claim.sentence = setting.sentence;
  claim.target = setting.target;
  claim.metric = setting.metric;
  claim.right_metric = setting.right_metric;
  claim.relation = ToRelation(setting.relation, setting.origin);
  claim.margin = setting.margin;
  if (!setting.published.empty()) claim.published = PublishedPair{setting.published[0], setting.published[1]};
  claim.source = setting.source;
  claim.conditions = ConditionsOf(setting.conditions);
  return claim;
}

}  // namespace

ReportSpec ReportOf(const Experiment& experiment) {
  ReportSpec spec;
  const ReportSettings& settings = experiment.report;
  spec.title = settings.title.empty() ? experiment.name : settings.title;
  spec.scale = ScaleOf(experiment.runs.front().config);
  bool all_train_by_reward = true, any_trains = false;
  for (const std::string& arm : experiment.arms) {
    const auto name = settings.arm_names.find(arm);
    spec.arms.push_back({arm, name == settings.arm_names.end() ? ArmName(arm) : name->second, {}});
    for (const ExperimentRun& run : experiment.runs) {
      if (run.arm == arm) spec.arms.back().runs.push_back(run.hash);
      all_train_by_reward = all_train_by_reward && (run.config.rl.steps > 0 || IsCounted(run.config));
      any_trains = any_trains || run.config.rl.steps > 0;
    }
  }
  // The arms are SFT policies themselves, or nothing was trained.
  if (!all_train_by_reward || !any_trains) spec.baseline.clear();
  for (const std::string& metric : settings.metrics) spec.metrics.push_back(ColumnOf(metric));
  // What is shown beside every comparison is one of the columns, or nothing.
  const auto is_confounder = [&](const MetricColumn& column) { return column.id == spec.confounder; };
  if (std::none_of(spec.metrics.begin(), spec.metrics.end(), is_confounder)) spec.confounder.clear();
  const auto side = [&](const std::string& arm) { return arm == "sft" ? spec.baseline : arm; };
  // Where nothing is trained by reward there is no start to compare with.
  const auto lacks_side = [&](const auto& one) {
    return spec.baseline.empty() && (one.left == "sft" || one.right == "sft");
  };
  for (const ComparisonSetting& one : settings.comparisons) {
    if (lacks_side(one)) continue;
    spec.comparisons.push_back({side(one.left), side(one.right), one.metric});
  }
  spec.published = settings.published;
  for (const ClaimSetting& one : settings.claims) {
    if (lacks_side(one)) continue;
    spec.claims.push_back(ClaimOf(one));
    spec.claims.back().left = side(one.left);
    if (!one.right.empty()) spec.claims.back().right = side(one.right);
  }
  for (const NoteSetting& note : settings.notes) spec.notes.push_back({note.text, ConditionsOf(note.conditions)});
  return spec;
}

}  // namespace suite
