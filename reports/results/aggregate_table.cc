#include "reports/results/aggregate_table.h"

#include <algorithm>

#include "base/random.h"
#include "base/text/format.h"
#include "harness/metrics/metric_table.h"
#include "reports/results/contexts.h"
#include "reports/runs/arm_scores.h"
#include "reports/runs/start_groups.h"
#include "reports/runs/starts.h"
#include "reports/statistics/aggregate.h"
#include "reports/statistics/statistics.h"

namespace suite {
namespace {

// One arm's scores less the reference that is 0, in units of the scale.
struct NormalisedArm {
  std::string name;
  std::vector<ScoreMatrix> scores_RMC;  // [run][metric][conversation]
};

struct Normalised {
  std::vector<NormalisedArm> arms;
  std::vector<std::string> used;
  std::vector<std::string> left_out;
};

std::vector<const ArmRuns*> FinishedArms(const RunSet& set) {
  std::vector<const ArmRuns*> arms;
  for (const ArmRuns& arm : set.arms) {
    if (!arm.done.empty()) arms.push_back(&arm);
  }
  return arms;
}

double GrandMean(const ScoreMatrix& scores_SC) { return Mean(RowMeans(scores_SC)); }

// The score of each conversation that counts as 0: of the baseline (where there are several, the first), or of the
// lowest arm.
std::vector<double> ZeroOf(const ReportSpec& spec, const RunSet& set, const std::string& metric,
                           const std::vector<ScoreMatrix>& scores_ASC) {
  const std::vector<StartGroup> groups = StartGroups(spec, set);
  if (!spec.baseline.empty() && !groups.empty()) {
    return MeanOverRows(StartScores(groups[0].runs, spec.split, metric));
  }
  return MeanOverRows(*std::min_element(scores_ASC.begin(), scores_ASC.end(),
                                        [](const auto& a, const auto& b) { return GrandMean(a) < GrandMean(b); }));
}

void AddMetric(const ReportSpec& spec, const RunSet& set, const MetricColumn& metric, Normalised* all) {
  const std::vector<const ArmRuns*> arms = FinishedArms(set);
  std::vector<ScoreMatrix> scores_ASC;
  for (const ArmRuns* arm : arms) {
    scores_ASC.push_back(MeansByStart(FinalScores(arm->done, spec.split, metric.id), StartsOf(arm->done, spec.split)));
  }
  const std::vector<double> zero_C = ZeroOf(spec, set, metric.id, scores_ASC);
  double best = Mean(zero_C);
  for (const ScoreMatrix& scores_SC : scores_ASC) best = std::max(best, GrandMean(scores_SC));
  const double scale = best - Mean(zero_C);
  (scale > 0 ? all->used : all->left_out).push_back(metric.title);
  if (scale <= 0) return;
  for (size_t a = 0; a < arms.size(); ++a) {
    all->arms[a].scores_RMC.resize(scores_ASC[a].size());
    for (size_t r = 0; r < scores_ASC[a].size(); ++r) {
      std::vector<double> scores_C = Differences(scores_ASC[a][r], zero_C);
      for (double& score : scores_C) score /= scale;
      all->arms[a].scores_RMC[r].push_back(std::move(scores_C));
    }
  }
}

Normalised NormalisedScores(const ReportSpec& spec, const RunSet& set) {
  Normalised all;
  for (const ArmRuns* arm : FinishedArms(set)) all.arms.push_back({arm->arm.name, {}});
  if (all.arms.empty()) return all;
  for (const MetricColumn& metric : spec.metrics) {
    const auto known = KnownMetric(metric.id);
    const bool is_twin = metric.id.rfind("distinct_", 0) == 0;  // it would count its metric twice
    if (known && known->has_cutoff && !is_twin) AddMetric(spec, set, metric, &all);
  }
  return all;
}

// [run][metric], with each conversation counted as often as `weights_C` says.
ScoreMatrix WeightedMeans(const NormalisedArm& arm, const std::vector<double>& weights_C) {
  double sum_of_weights = 0;
  for (double weight : weights_C) sum_of_weights += weight;
  ScoreMatrix means_RM;
  for (const ScoreMatrix& scores_MC : arm.scores_RMC) {
    means_RM.emplace_back();
    for (const std::vector<double>& scores_C : scores_MC) {
      double sum = 0;
      for (size_t c = 0; c < scores_C.size(); ++c) sum += weights_C[c] * scores_C[c];
      means_RM.back().push_back(sum / sum_of_weights);
    }
  }
  return means_RM;
}

std::vector<double> DrawnWeights(const std::vector<size_t>& contexts_C, size_t contexts, RandomStream* stream) {
  std::vector<double> counts_K(contexts, 0.0);
  for (size_t k = 0; k < contexts; ++k)
    ++counts_K[static_cast<size_t>(stream->UniformInt(static_cast<int64_t>(contexts)))];
  std::vector<double> weights_C;
  for (size_t context : contexts_C) weights_C.push_back(counts_K[context]);
  return weights_C;
}

ScoreMatrix DrawnRuns(const ScoreMatrix& means_RM, RandomStream* stream) {
  ScoreMatrix drawn_RM;
  for (size_t r = 0; r < means_RM.size(); ++r) {
    drawn_RM.push_back(means_RM[static_cast<size_t>(stream->UniformInt(static_cast<int64_t>(means_RM.size())))]);
  }
  return drawn_RM;
}

// Of each arm's interquartile mean: one draw of contexts serves all arms and runs, for all answer the same ones.
std::vector<Interval> ResampledIntervals(const ReportSpec& spec, const Normalised& all,
                                         const std::vector<size_t>& contexts_C) {
  const size_t contexts = 1 + *std::max_element(contexts_C.begin(), contexts_C.end());
  RandomStream stream(spec.bootstrap_seed, "report/interquartile mean");
  std::vector<std::vector<double>> drawn_AR(all.arms.size());
  for (int i = 0; i < spec.resamples; ++i) {
    const std::vector<double> weights_C = DrawnWeights(contexts_C, contexts, &stream);
    for (size_t a = 0; a < all.arms.size(); ++a) {
      drawn_AR[a].push_back(InterquartileMean(DrawnRuns(WeightedMeans(all.arms[a], weights_C), &stream)));
    }
  }
  std::vector<Interval> intervals;
  const double tail = (1 - spec.confidence) / 2;
  for (const std::vector<double>& drawn : drawn_AR) {
    intervals.push_back({Quantile(drawn, tail), Quantile(drawn, 1 - tail)});
  }
  return intervals;
}

std::string CaptionOf(const ReportSpec& spec, const RunSet& set, const Normalised& all) {
  const std::vector<StartGroup> groups = StartGroups(spec, set);
  const std::string start = groups.empty() ? spec.baseline : groups[0].name;
  const std::string zero = spec.baseline.empty() ? "the lowest arm" : start;
  std::string text = "Over " + Join(all.used, ", ") + ", all equal in weight. Each is normalised: 0 is " + zero +
                     ", 1 the best arm's mean of that metric. ";
  if (!all.left_out.empty()) text += "Left out, because no arm is above 0: " + Join(all.left_out, ", ") + ". ";
  return text + "Interval: percentile bootstrap over runs and contexts, " + std::to_string(spec.resamples) +
         " resamples, with the scale held fixed; over few runs it is too narrow, and no verdict rests on it.";
}

}  // namespace

TextTable AggregateTable(const ReportSpec& spec, const RunSet& set) {
  TextTable table;
  table.header = {"Arm", "Runs", "Mean", "Interquartile mean", "Optimality gap", "P(better than the first)"};
  const Normalised all = NormalisedScores(spec, set);
  if (all.used.empty()) return table;
  const std::vector<size_t> contexts_C = ContextsOf(spec, set, spec.split);
  const std::vector<Interval> intervals = ResampledIntervals(spec, all, contexts_C);
  const std::vector<double> once_C(contexts_C.size(), 1.0);
  const ScoreMatrix first_RM = WeightedMeans(all.arms[0], once_C);
  for (size_t a = 0; a < all.arms.size(); ++a) {
    const ScoreMatrix scores_RM = WeightedMeans(all.arms[a], once_C);
    table.rows.push_back({{all.arms[a].name},
                          {std::to_string(scores_RM.size())},
                          {FormatScore(GrandMean(scores_RM))},
                          {FormatScore(InterquartileMean(scores_RM)), false, FormatInterval(intervals[a])},
                          {FormatScore(OptimalityGap(scores_RM, 1))},
                          {a == 0 ? "" : Fixed("%.2f", ProbabilityOfImprovement(scores_RM, first_RM))}});
  }
  table.caption = CaptionOf(spec, set, all);
  return table;
}

}  // namespace suite
