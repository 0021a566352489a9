#include "reports/results/claim_evidence.h"

#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "reports/results/contexts.h"
#include "reports/results/convergence.h"
#include "reports/runs/arm_scores.h"
#include "reports/runs/learning_curve.h"
#include "reports/runs/paired_runs.h"
#include "reports/runs/start_groups.h"
#include "reports/runs/starts.h"
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
  const std::vector<double> means = CurveOfScore(run, split, metric).values;
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

// Conversation by conversation, the mean over the evaluations after the first one, which is before training.
std::vector<double> CurveMeansOf(const ReportRun& run, const std::string& split, const std::string& metric) {
  const ScoreTable& table = FindScores(run.record, split);
  const size_t m = FindMetric(run.record, table, metric);
  CurveOf(run, split, metric, 2);  // for its error
  std::vector<double> means_C(table.conversation_ids.size(), 0.0);
  for (size_t row = 1; row < table.steps.size(); ++row) {
    for (size_t c = 0; c < means_C.size(); ++c) {
      means_C[c] += table.At(row, m, c) / static_cast<double>(table.steps.size() - 1);
    }
  }
  return means_C;
}

// Both sides of a comparison, in the same order.
struct PairedScores {
  ScoreMatrix left_SC;
  ScoreMatrix right_SC;
};

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
  const std::string half_gain = After(metric, kHalfGainPrefix);
  if (!half_gain.empty()) return StepsToHalfGain(run, spec.curve_split, half_gain);
  return RoughnessOf(run, spec.curve_split, After(metric, kRoughnessPrefix));
}

// What a metric is scored on: the conversations of a split, or none and the run as a whole.
enum class ScoredOn { kSplit, kCurveSplit, kRun };

ScoredOn ScoredOnOf(const std::string& metric) {
  if (!After(metric, kCurvePrefix).empty()) return ScoredOn::kCurveSplit;
  for (const char* prefix : {kSeriesPrefix, kRoughnessPrefix, kHalfGainPrefix, kTargetPrefix}) {
    if (!After(metric, prefix).empty()) return ScoredOn::kRun;
  }
  return ScoredOn::kSplit;
}

const std::string& RightMetric(const Claim& claim) {
  return claim.right_metric.empty() ? claim.metric : claim.right_metric;
}

// One side's scores [S][C]; "recall@10 - recall@5" is the difference of two scores of each conversation. Of a metric
// that a run has as a whole: its value [S][1].
ScoreMatrix SideScores(const ReportSpec& spec, const RunSide& side, const std::string& metric) {
  const size_t minus = metric.find(kMinus);
  const ScoredOn scored_on = ScoredOnOf(metric);
  if (scored_on == ScoredOn::kSplit) {
    if (minus == std::string::npos) return ScoresOf(side, spec.split, metric);
    return Differences(SideScores(spec, side, metric.substr(0, minus)),
                       SideScores(spec, side, metric.substr(minus + sizeof(kMinus) - 1)));
  }
  if (side.is_start) {
    throw InputError("claim", "'" + metric + "' of '" + spec.baseline + "', which was never trained",
                     "two arms, or a score");
  }
  ScoreMatrix values_SC;
  for (const ReportRun* run : side.runs) {
    if (scored_on == ScoredOn::kRun) {
      values_SC.push_back({ValueOf(spec, *run, metric)});
    } else {
      values_SC.push_back(CurveMeansOf(*run, spec.curve_split, After(metric, kCurvePrefix)));
    }
  }
  return values_SC;
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
      const std::vector<StartGroup> groups = StartGroups(spec, set);
      if (groups.empty()) return {};
      const RunSide starts = {groups[0].runs, /*is_start=*/true};
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

// What a claim's sides are made of.
struct Sides {
  const ReportSpec& spec;
  const RunSet& set;
  PairedRuns runs;
  PairedStarts starts;
};

ScoreMatrix ByStart(const Sides& sides, const RunSide& side, const std::string& metric) {
  return MeansByStart(SideScores(sides.spec, side, metric), sides.starts.of_S);
}

void GatherShape(const Sides& sides, const Claim& claim, ClaimEvidence* evidence) {
  const std::string series = After(claim.metric, kSeriesPrefix);
  if (series.empty() || sides.runs.left.is_start) {
    throw InputError("claim", "'" + claim.metric + "' of '" + claim.left + "' has no course", "series:NAME of an arm");
  }
  ScoreMatrix parts_S;
  for (const ReportRun* run : sides.runs.left.runs) {
    const auto course = CourseOf(PlaceOfSeries(*run, series));
    if (!course) return;  // too short to have a course: undecided
    parts_S.push_back({course->beginning, course->early, course->late, course->end});
  }
  for (const std::vector<double>& parts : MeansByStart(parts_S, sides.starts.of_S)) {
    evidence->courses.push_back({parts[0], parts[1], parts[2], parts[3]});
  }
  evidence->seeds = evidence->courses.size();
}

void GatherSpread(const Sides& sides, const Claim& claim, ClaimEvidence* evidence) {
  if (IsAboutOneArm(claim) || claim.relation == Relation::kEqual || claim.margin != 0 || !claim.right_metric.empty()) {
    throw InputError("claim", "a spread over seeds with a number, a margin, '=' or two metrics",
                     "two arms and '<' or '>'");
  }
  if (sides.runs.left.is_start || sides.runs.right.is_start) {
    throw InputError("claim", "the spread of '" + sides.spec.baseline + "', which all runs share", "two arms");
  }
  const std::string metric = After(claim.metric, kSpreadPrefix);
  SeedSpread spread = {RowMeans(ByStart(sides, sides.runs.left, metric)),
                       RowMeans(ByStart(sides, sides.runs.right, metric))};
  evidence->seeds = spread.left.size();
  evidence->seed_differences = Differences(spread.left, spread.right);
  if (spread.left.size() > 1) {
    evidence->left_mean = SampleStd(spread.left);
    evidence->right_mean = SampleStd(spread.right);
  }
  evidence->spread = std::move(spread);
}

std::vector<size_t> ContextsOfScores(const Sides& sides, ScoredOn scored_on) {
  if (scored_on == ScoredOn::kRun) return {0};
  return ContextsOf(sides.spec, sides.set, scored_on == ScoredOn::kSplit ? sides.spec.split : sides.spec.curve_split);
}

// Both sides [S][C], run by run.
PairedScores ScoresOfBoth(const Sides& sides, const Claim& claim) {
  const std::string to_target = After(claim.metric, kTargetPrefix);
  if (!to_target.empty()) {
    if (claim.target || !claim.right_metric.empty() || sides.runs.left.is_start || sides.runs.right.is_start) {
      throw InputError("claim", "'" + claim.metric + "' of anything but two arms", "two arms");
    }
    return StepsToTarget(sides.runs, sides.spec.curve_split, to_target);
  }
  PairedScores scores = {SideScores(sides.spec, sides.runs.left, claim.metric), {}};
  if (claim.target) {
    scores.right_SC.assign(scores.left_SC.size(), std::vector<double>(scores.left_SC[0].size(), *claim.target));
  } else {
    scores.right_SC = SideScores(sides.spec, sides.runs.right, RightMetric(claim));
  }
  return scores;
}

void GatherDifference(const Sides& sides, const Claim& claim, ClaimEvidence* evidence) {
  const std::string& right_metric = RightMetric(claim);
  const ScoredOn scored_on = ScoredOnOf(claim.metric);
  if (scored_on != ScoredOnOf(right_metric)) {
    throw InputError("claim", "'" + claim.metric + "' against '" + right_metric + "'", "two scores, or two of a run");
  }
  const PairedScores scores = ScoresOfBoth(sides, claim);
  const ScoreMatrix left_SC = MeansByStart(scores.left_SC, sides.starts.of_S);
  const ScoreMatrix right_SC = MeansByStart(scores.right_SC, sides.starts.of_S);
  evidence->seeds = left_SC.size();
  evidence->error = CrossedErrorOf(Differences(left_SC, right_SC), ContextsOfScores(sides, scored_on));
  evidence->seed_differences = Differences(RowMeans(left_SC), RowMeans(right_SC));
  evidence->left_mean = Mean(RowMeans(left_SC));
  evidence->right_mean = claim.target ? *claim.target : Mean(RowMeans(right_SC));
}

}  // namespace

bool IsAboutOneArm(const Claim& claim) { return claim.target.has_value() || IsShape(claim.relation); }

ClaimEvidence GatherEvidence(const ReportSpec& spec, const RunSet& set, const Claim& claim) {
  if (claim.target && IsShape(claim.relation)) {
    throw InputError("claim", "a shape against a number", "one of them");
  }
  Sides sides = {spec, set, RunsOf(spec, set, claim), {}};
  ClaimEvidence evidence;
  evidence.run_hashes = HashesOf(sides.runs);
  if (sides.runs.left.runs.empty()) return evidence;
  sides.starts = StartsOf(sides.runs, spec.split);
  evidence.from = sides.starts.from;
  if (IsShape(claim.relation)) {
    GatherShape(sides, claim, &evidence);
  } else if (!After(claim.metric, kSpreadPrefix).empty()) {
    GatherSpread(sides, claim, &evidence);
  } else {
    GatherDifference(sides, claim, &evidence);
  }
  return evidence;
}

}  // namespace suite
