#include "experiments/report_of_experiment.h"

#include "reports/report.h"
#include "reports/spec/claim.h"

namespace suite {
namespace {

MetricColumn ColumnOf(const std::string& metric) {
  if (metric == "in_catalog_ratio") return {metric, "In-catalogue ratio", true};
  if (metric == "duplicate_share") return {metric, "Duplicate share", false};
  if (metric.rfind("recall@", 0) == 0) return {metric, "Recall@" + metric.substr(7), true};
  if (metric.rfind("ndcg@", 0) == 0) return {metric, "NDCG@" + metric.substr(5), true};
  return {metric, metric, true};
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
  claim.test = ToClaimTest(setting.test, setting.origin);
  if (!setting.published.empty()) claim.published = PublishedPair{setting.published[0], setting.published[1]};
  claim.source = setting.source;
  return claim;
}

}  // namespace

ReportSpec ReportOf(const Experiment& experiment) {
  ReportSpec spec;
  const ReportSettings& settings = experiment.report;
  spec.title = settings.title.empty() ? experiment.name : settings.title;
  spec.scale = experiment.runs.front().config.data.source;
  bool all_train_by_reward = true;
  for (const std::string& arm : experiment.arms) {
    const auto name = settings.arm_names.find(arm);
    spec.arms.push_back({arm, name == settings.arm_names.end() ? ArmName(arm) : name->second, {}});
    for (const ExperimentRun& run : experiment.runs) {
      if (run.arm == arm) spec.arms.back().runs.push_back(run.hash);
      all_train_by_reward = all_train_by_reward && run.config.rl.steps > 0;
    }
  }
  if (!all_train_by_reward) spec.baseline.clear();  // the arms are SFT policies themselves
  for (const std::string& metric : settings.metrics) spec.metrics.push_back(ColumnOf(metric));
  const auto side = [&](const std::string& arm) { return arm == "sft" ? spec.baseline : arm; };
  for (const ComparisonSetting& one : settings.comparisons) {
    spec.comparisons.push_back({side(one.left), side(one.right), one.metric});
  }
  spec.published = settings.published;
  for (const ClaimSetting& one : settings.claims) {
    spec.claims.push_back(ClaimOf(one));
    spec.claims.back().left = side(one.left);
    if (!one.right.empty()) spec.claims.back().right = side(one.right);
  }
  spec.series_plots = {{"reward", "Reward of the training samples", "DCG@N"},
                       {"in_catalog_ratio", "In-catalogue ratio of the training samples", "Share of ranks"},
                       {"duplicate_share", "Duplicate share of the training samples", "Share of ranks"},
                       {"entropy", "Entropy of the policy", "Nats a token"},
                       {"kl", "KL to the SFT policy", "Nats a token"}};
  spec.notes = settings.notes;
  return spec;
}

}  // namespace suite
