#include "reports/runs/learning_curve.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "reports/runs/arm_scores.h"

namespace suite {
namespace {

// The step at which the line from point `i - 1` to point `i` is at `level`.
double StepBetween(const LearningCurve& curve, size_t i, double level) {
  const double low = curve.values[i - 1];
  const double share = (level - low) / (curve.values[i] - low);
  return curve.steps[i - 1] + share * (curve.steps[i] - curve.steps[i - 1]);
}

double StepAtShare(const LearningCurve& curve, double share) {
  return curve.steps.front() + share * (curve.steps.back() - curve.steps.front());
}

}  // namespace

LearningCurve CurveOfScore(const ReportRun& run, const std::string& split, const std::string& metric) {
  const ScoreTable& table = FindScores(run.record, split);
  const size_t m = FindMetric(run.record, table, metric);
  LearningCurve curve;
  for (size_t row = 0; row < table.steps.size(); ++row) {
    curve.steps.push_back(static_cast<double>(table.steps[row]));
    curve.values.push_back(MeanScore(table, row, m));
  }
  return curve;
}

std::optional<LearningCurve> CurveOfSeries(const ReportRun& run, const std::string& series, size_t window) {
  SUITE_CHECK_GT(window, 0u);
  const StepSeries* found = SeriesOf(run.record, series);
  if (!found || found->width != 1 || found->values.size() < window) return std::nullopt;
  LearningCurve curve;
  for (size_t end = window; end <= found->values.size(); ++end) {
    const auto last = found->values.begin() + static_cast<long>(end);
    const double sum = std::accumulate(last - static_cast<long>(window), last, 0.0);
    curve.steps.push_back(static_cast<double>(run.record.steps[end - 1]));
    curve.values.push_back(sum / static_cast<double>(window));
  }
  return curve;
}

double Gain(const LearningCurve& curve) { return curve.values.back() - curve.values.front(); }

double ValueAt(const LearningCurve& curve, double step) {
  const auto after = std::upper_bound(curve.steps.begin(), curve.steps.end(), step);
  if (after == curve.steps.begin()) return curve.values.front();
  if (after == curve.steps.end()) return curve.values.back();
  const auto i = static_cast<size_t>(after - curve.steps.begin());
  const double share = (step - curve.steps[i - 1]) / (curve.steps[i] - curve.steps[i - 1]);
  return curve.values[i - 1] + share * (curve.values[i] - curve.values[i - 1]);
}

std::optional<double> FirstReach(const LearningCurve& curve, double level) {
  for (size_t i = 0; i < curve.values.size(); ++i) {
    if (curve.values[i] >= level) return i == 0 ? curve.steps[0] : StepBetween(curve, i, level);
  }
  return std::nullopt;
}

std::optional<double> StepsToShareOfGain(const LearningCurve& curve, double share) {
  if (!(Gain(curve) > 0)) return std::nullopt;
  return FirstReach(curve, curve.values.front() + share * Gain(curve));
}

std::optional<double> ShareOfGainAtHalfTime(const LearningCurve& curve) {
  if (!(Gain(curve) > 0)) return std::nullopt;
  return (ValueAt(curve, StepAtShare(curve, 0.5)) - curve.values.front()) / Gain(curve);
}

double ChangeOverLastQuarter(const LearningCurve& curve) {
  return curve.values.back() - ValueAt(curve, StepAtShare(curve, 0.75));
}

}  // namespace suite
