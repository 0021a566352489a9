#include "reports/results/claim_evidence.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

#include "base/error.h"
#include "reports/results/convergence.h"
#include "reports/runs/arm_scores.h"
#include "reports/runs/learning_curve.h"
#include "reports/statistics/statistics.h"

namespace suite {
namespace {

constexpr char kSeriesPrefix[] = "series:";
constexpr char kCurvePrefix[] = "curve:";
constexpr char kRoughnessPrefix[] = "roughness:";
constexpr char kSpreadPrefix[] = "spread:";
constexpr char kHalfGainPrefix[] = "half_gain_steps:";
constexpr char kTargetPrefix[] = "target_steps:";
constexpr char kMinus[] = " - ";

// What follows `prefix` in `metric`; empty when it does not begin so.
std::string After(const std::string& metric, const std::string& prefix) {
  return metric.rfind(prefix, 0) == 0 ? metric.substr(prefix.size()) : "";
}

// The values of the series of that name over the steps, or of a place of a vector series: "reward_by_rank/1" is the
// first.
std::vector<double> PlaceOfSeries(const ReportRun& run, const std::string& name) {
  const size_t slash = name.rfind('/');
  for (const StepSeries& series : run.record.series) {
    if (slash == std::string::npos || series.width == 1 || series.name != name.substr(0, slash)) continue;
    const int64_t place = std::atoll(name.c_str() + slash + 1);
    if (place < 1 || place > series.width) {
      throw InputError(run.record.path, "no place '" + name.substr(slash + 1) + "' in series '" + series.name + "'",
                       "1 to " + std::to_string(series.width));
    }
    std::vector<double> values;
    for (size_t i = static_cast<size_t>(place - 1); i < series.values.size(); i += static_cast<size_t>(series.width)) {
      values.push_back(series.values[i]);
    }
    if (!values.empty()) return values;
  }
  const StepSeries& series = FindSeries(run.record, name);
  if (series.values.empty()) throw InputError(run.record.path, "series '" + name + "' has no steps");
  return series.values;
}

// The means of a score at each evaluation of the curve split. Throws InputError for fewer than `fewest`.
std::vector<double> CurveOf(const ReportRun& run, const std::string& split, const std::string& metric, size_t fewest) {
  const ScoreTable& table = FindScores(run.record, split);
  const size_t m = FindMetric(run.record, table, metric);
  std::vector<double> means;
  for (size_t row = 0; row < table.steps.size(); ++row) means.push_back(MeanScore(table, row, m));
  if (means.size() >= fewest) return means;
  throw InputError(run.record.path,
                   "too few evaluations of split '" + split + "' for the course of '" + metric +
                       "': " + std::to_string(means.size()),
                   std::to_string(fewest) + " or more");
}

// The sample standard deviation of the changes from one evaluation to the next.
double RoughnessOf(const ReportRun& run, const std::string& split, const std::string& metric) {
  const std::vector<double> curve = CurveOf(run, split, metric, 3);
  std::vector<double> changes;
  for (size_t row = 1; row < curve.size(); ++row) changes.push_back(curve[row] - curve[row - 1]);
  return SampleStd(changes);
}

// The mean over the evaluations after the first one, which is before training.
double CurveMeanOf(const ReportRun& run, const std::string& split, const std::string& metric) {
  const std::vector<double> curve = CurveOf(run, split, metric, 2);
  return Mean({curve.begin() + 1, curve.end()});
}

// A run that never is where it should be counts with its last step.
double StepsOr(const std::optional<double>& steps, const LearningCurve& curve) {
  return steps.value_or(curve.steps.back());
}

double StepsToHalfGain(const ReportRun& run, const std::string& split, const std::string& metric) {
  const LearningCurve curve = CurveOfScore(run, split, metric);
  return StepsOr(StepsToShareOfGain(curve, 0.5), curve);
}

// Each run's steps to the level that both sides have in common, [S][1] for the left and for the right.
PairedScores StepsToTarget(const PairedRuns& runs, const std::string& split, const std::string& metric) {
  std::vector<std::vector<LearningCurve>> curves(2);
  for (const ReportRun* run : runs.left.runs) curves[0].push_back(CurveOfScore(*run, split, metric));
  for (const ReportRun* run : runs.right.runs) curves[1].push_back(CurveOfScore(*run, split, metric));
  const std::optional<double> level = CommonLevel(curves);
  PairedScores scores;
  for (size_t side = 0; side < 2; ++side) {
    for (const LearningCurve& curve : curves[side]) {
      const auto steps = level ? FirstReach(curve, *level) : std::nullopt;
      (side == 0 ? scores.left_SC : scores.right_SC).push_back({StepsOr(steps, curve)});
    }
  }
  return scores;
}

double ValueOf(const ReportSpec& spec, const ReportRun& run, const std::string& metric) {
  const std::string series = After(metric, kSeriesPrefix);
  if (!series.empty()) return Mean(PlaceOfSeries(run, series));
  const std::string curve = After(metric, kCurvePrefix);
  if (!curve.empty()) return CurveMeanOf(run, spec.curve_split, curve);
  const std::string half_gain = After(metric, kHalfGainPrefix);
  if (!half_gain.empty()) return StepsToHalfGain(run, spec.curve_split, half_gain);
  return RoughnessOf(run, spec.curve_split, After(metric, kRoughnessPrefix));
}

bool IsOfRun(const std::string& metric) {
  for (const char* prefix : {kSeriesPrefix, kCurvePrefix, kRoughnessPrefix, kHalfGainPrefix, kTargetPrefix}) {
    if (!After(metric, prefix).empty()) return true;
  }
  return false;
}

const std::string& RightMetric(const Claim& claim) {
  return claim.right_metric.empty() ? claim.metric : claim.right_metric;
}

// One side's scores [S][C]; "recall@10 - recall@5" is the difference of two scores of each conversation. Of a metric
// that a run has as a whole: its value [S][1].
ScoreMatrix SideScores(const ReportSpec& spec, const RunSide& side, const std::string& metric) {
  const size_t minus = metric.find(kMinus);
  if (!IsOfRun(metric)) {
    if (minus == std::string::npos) return ScoresOf(side, spec.split, metric);
    return Differences(SideScores(spec, side, metric.substr(0, minus)),
                       SideScores(spec, side, metric.substr(minus + sizeof(kMinus) - 1)));
  }
  if (side.is_start) {
    throw InputError("claim", "'" + metric + "' of '" + spec.baseline + "', which was never trained",
                     "two arms, or a score");
  }
  ScoreMatrix values_S1;
  for (const ReportRun* run : side.runs) values_S1.push_back({ValueOf(spec, *run, metric)});
  return values_S1;
}

// Both sides of a claim against a number are the one arm that it is about.
PairedRuns RunsOf(const ReportSpec& spec, const RunSet& set, const Claim& claim) {
  if (IsAboutOneArm(claim)) {
    if (!claim.right.empty() || !claim.right_metric.empty()) {
      throw InputError("claim", "a right side '" + claim.right + claim.right_metric + "' beside a number or a shape",
                       "one of them");
    }
    if (const ArmRuns* arm = FindArm(set, claim.left)) return {{arm->done}, {arm->done}};
    if (!spec.baseline.empty() && claim.left == spec.baseline) {
      const RunSide starts = {AllWithStart(set, spec.split), /*is_start=*/true};
      return {starts, starts};
    }
    std::vector<std::string> known;
    for (const ArmRuns& candidate : set.arms) known.push_back(candidate.arm.value);
    throw UnknownName("report", "arm of a claim", claim.left, known);
  }
  if (claim.left == claim.right && RightMetric(claim) == claim.metric) {
    throw InputError("claim", "'" + claim.left + "' is compared with itself", "two arms, or two metrics of one");
  }
  return PairRuns(spec, set, {claim.left, claim.right, claim.metric});
}

// The mean of a run's values in each third of its steps; none where it has fewer than three.
std::optional<std::array<double, 3>> Thirds(const ReportRun& run, const std::string& series) {
  const std::vector<double> values = PlaceOfSeries(run, series);
  if (values.size() < 3) return std::nullopt;
  std::array<double, 3> means = {};
  for (size_t third = 0; third < 3; ++third) {
    const auto begin = values.begin() + static_cast<long>(third * values.size() / 3);
    const auto end = values.begin() + static_cast<long>((third + 1) * values.size() / 3);
    means[third] = Mean({begin, end});
  }
  return means;
}

void GatherShape(const PairedRuns& runs, const Claim& claim, ClaimEvidence* evidence) {
  const std::string series = After(claim.metric, kSeriesPrefix);
  if (series.empty() || runs.left.is_start) {
    throw InputError("claim", "'" + claim.metric + "' of '" + claim.left + "' has no course", "series:NAME of an arm");
  }
  std::vector<double> early;
  std::vector<double> late;
  for (const ReportRun* run : runs.left.runs) {
    const auto thirds = Thirds(*run, series);
    if (!thirds) continue;
    evidence->seed_differences.push_back((*thirds)[1] - (*thirds)[0]);
    evidence->late_differences.push_back((*thirds)[2] - (*thirds)[1]);
    early.push_back((*thirds)[0]);
    late.push_back((*thirds)[1]);
  }
  if (late.empty()) return;  // runs too short to have a course: undecided
  evidence->left_mean = Mean(late);
  evidence->right_mean = Mean(early);
}

void GatherSpread(const ReportSpec& spec, const PairedRuns& runs, const Claim& claim, ClaimEvidence* evidence) {
  if (IsAboutOneArm(claim) || claim.relation == Relation::kEqual || claim.margin != 0 || !claim.right_metric.empty()) {
    throw InputError("claim", "a spread over seeds with a number, a margin, '=' or two metrics",
                     "two arms and '<' or '>'");
  }
  if (runs.left.is_start || runs.right.is_start) {
    throw InputError("claim", "the spread of '" + spec.baseline + "', which all runs share", "two arms");
  }
  const std::string metric = After(claim.metric, kSpreadPrefix);
  SeedSpread spread = {RowMeans(SideScores(spec, runs.left, metric)), RowMeans(SideScores(spec, runs.right, metric))};
  evidence->seed_differences = Differences(spread.left, spread.right);
  if (spread.left.size() > 1) {
    evidence->left_mean = SampleStd(spread.left);
    evidence->right_mean = SampleStd(spread.right);
  }
  evidence->spread = std::move(spread);
}

PairedScores ScoresOfBoth(const ReportSpec& spec, const PairedRuns& runs, const Claim& claim) {
  const std::string to_target = After(claim.metric, kTargetPrefix);
  if (!to_target.empty()) {
    if (claim.target || !claim.right_metric.empty() || runs.left.is_start || runs.right.is_start) {
      throw InputError("claim", "'" + claim.metric + "' of anything but two arms", "two arms");
    }
    return StepsToTarget(runs, spec.curve_split, to_target);
  }
  PairedScores scores = {SideScores(spec, runs.left, claim.metric), {}};
  if (claim.target) {
    scores.right_SC.assign(scores.left_SC.size(), std::vector<double>(scores.left_SC[0].size(), *claim.target));
  } else {
    scores.right_SC = SideScores(spec, runs.right, RightMetric(claim));
  }
  return scores;
}

void GatherDifference(const ReportSpec& spec, const PairedRuns& runs, const Claim& claim,
                      const ReportBootstrap& bootstrap, ClaimEvidence* evidence) {
  const std::string& right_metric = RightMetric(claim);
  if (IsOfRun(claim.metric) != IsOfRun(right_metric)) {
    throw InputError("claim", "'" + claim.metric + "' against '" + right_metric + "'", "two scores, or two of a run");
  }
  const PairedScores scores = ScoresOfBoth(spec, runs, claim);
  if (!IsOfRun(claim.metric)) evidence->bootstrap = bootstrap.OfDifference(scores);
  evidence->seed_differences = SeedDifferences(scores);
  evidence->left_mean = Mean(RowMeans(scores.left_SC));
  evidence->right_mean = claim.target ? *claim.target : Mean(RowMeans(scores.right_SC));
}

}  // namespace

bool IsAboutOneArm(const Claim& claim) { return claim.target.has_value() || IsShape(claim.relation); }

ClaimEvidence GatherEvidence(const ReportSpec& spec, const RunSet& set, const Claim& claim,
                             const ReportBootstrap& bootstrap) {
  if (claim.target && IsShape(claim.relation)) {
    throw InputError("claim", "a shape against a number", "one of them");
  }
  const PairedRuns runs = RunsOf(spec, set, claim);
  ClaimEvidence evidence;
  evidence.run_hashes = HashesOf(runs);
  if (runs.left.runs.empty()) return evidence;
  if (IsShape(claim.relation)) {
    GatherShape(runs, claim, &evidence);
  } else if (!After(claim.metric, kSpreadPrefix).empty()) {
    GatherSpread(spec, runs, claim, &evidence);
  } else {
    GatherDifference(spec, runs, claim, bootstrap, &evidence);
  }
  return evidence;
}

}  // namespace suite
