#include "reports/results/aggregate_table.h"

#include <algorithm>
#include <cstdio>

#include "base/random.h"
#include "harness/metrics/metric_table.h"
#include "reports/runs/arm_scores.h"
#include "reports/statistics/aggregate.h"
#include "reports/statistics/statistics.h"
#include "reports/tables/table.h"

namespace suite {
namespace {

constexpr int kMostResamples = 2000;

std::vector<std::string> RankingMetrics(const ReportSpec& spec) {
  std::vector<std::string> ids;
  for (const MetricColumn& metric : spec.metrics) {
    if (const auto known = KnownMetric(metric.id); known && known->has_cutoff) ids.push_back(metric.id);
  }
  return ids;
}

// [run][metric]
ScoreMatrix MeansOf(const ReportSpec& spec, const ArmRuns& arm, const std::vector<std::string>& metrics) {
  ScoreMatrix means_RT(arm.done.size());
  for (const std::string& metric : metrics) {
    const ScoreMatrix scores_SC = FinalScores(arm.done, spec.split, metric);
    for (size_t s = 0; s < scores_SC.size(); ++s) means_RT[s].push_back(Mean(scores_SC[s]));
  }
  return means_RT;
}

Interval ResampledRuns(const ReportSpec& spec, const ScoreMatrix& scores_RT) {
  RandomStream stream(spec.bootstrap_seed, "report/interquartile mean");
  std::vector<double> means;
  for (int i = 0; i < std::min(spec.resamples, kMostResamples); ++i) {
    ScoreMatrix drawn_RT;
    for (size_t r = 0; r < scores_RT.size(); ++r) {
      drawn_RT.push_back(scores_RT[static_cast<size_t>(stream.UniformInt(static_cast<int64_t>(scores_RT.size())))]);
    }
    means.push_back(InterquartileMean(drawn_RT));
  }
  const double tail = (1 - spec.confidence) / 2;
  return {Quantile(means, tail), Quantile(means, 1 - tail)};
}

std::string TwoDigits(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof(buffer), "%.2f", value);
  return buffer;
}

}  // namespace

TextTable AggregateTable(const ReportSpec& spec, const RunSet& set) {
  TextTable table;
  const std::vector<std::string> metrics = RankingMetrics(spec);
  table.header = {"Arm", "Runs", "Mean", "Interquartile mean", "Optimality gap", "P(better than the first)"};
  ScoreMatrix first_RT;
  for (const ArmRuns& arm : set.arms) {
    if (arm.done.empty() || metrics.empty()) continue;
    const ScoreMatrix scores_RT = MeansOf(spec, arm, metrics);
    std::vector<double> all;
    for (const auto& scores_T : scores_RT) all.insert(all.end(), scores_T.begin(), scores_T.end());
    std::vector<TextCell> row = {{arm.arm.name},
                                 {std::to_string(scores_RT.size())},
                                 {FormatScore(Mean(all))},
                                 {FormatScore(InterquartileMean(scores_RT))},
                                 {FormatScore(OptimalityGap(scores_RT, 1))},
                                 {first_RT.empty() ? "" : TwoDigits(ProbabilityOfImprovement(scores_RT, first_RT))}};
    if (scores_RT.size() > 1) row[3].detail = FormatInterval(ResampledRuns(spec, scores_RT));
    if (first_RT.empty()) first_RT = scores_RT;
    table.rows.push_back(row);
  }
  table.caption = "Over the ranking metrics of the result table, all equal in weight. Interval: runs are resampled.";
  return table;
}

}  // namespace suite
