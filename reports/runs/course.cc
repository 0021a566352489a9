#include "reports/runs/course.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "reports/runs/arm_scores.h"

namespace suite {
namespace {

// The step at which the line from point `i - 1` to point `i` is at `level`.
double StepBetween(const Course& course, size_t i, double level) {
  const double low = course.values[i - 1];
  const double share = (level - low) / (course.values[i] - low);
  return course.steps[i - 1] + share * (course.steps[i] - course.steps[i - 1]);
}

double StepAtShare(const Course& course, double share) {
  return course.steps.front() + share * (course.steps.back() - course.steps.front());
}

}  // namespace

Course CourseOfScore(const ReportRun& run, const std::string& split, const std::string& metric) {
  const ScoreTable& table = FindScores(run.record, split);
  const size_t m = FindMetric(run.record, table, metric);
  Course course;
  for (size_t row = 0; row < table.steps.size(); ++row) {
    course.steps.push_back(static_cast<double>(table.steps[row]));
    course.values.push_back(MeanScore(table, row, m));
  }
  return course;
}

std::optional<Course> CourseOfSeries(const ReportRun& run, const std::string& series, size_t window) {
  SUITE_CHECK_GT(window, 0u);
  const StepSeries* found = SeriesOf(run.record, series);
  if (!found || found->width != 1 || found->values.size() < window) return std::nullopt;
  Course course;
  for (size_t end = window; end <= found->values.size(); ++end) {
    const auto last = found->values.begin() + static_cast<long>(end);
    const double sum = std::accumulate(last - static_cast<long>(window), last, 0.0);
    course.steps.push_back(static_cast<double>(run.record.steps[end - 1]));
    course.values.push_back(sum / static_cast<double>(window));
  }
  return course;
}

double Gain(const Course& course) { return course.values.back() - course.values.front(); }

double ValueAt(const Course& course, double step) {
  const auto after = std::upper_bound(course.steps.begin(), course.steps.end(), step);
  if (after == course.steps.begin()) return course.values.front();
  if (after == course.steps.end()) return course.values.back();
  const auto i = static_cast<size_t>(after - course.steps.begin());
  const double share = (step - course.steps[i - 1]) / (course.steps[i] - course.steps[i - 1]);
  return course.values[i - 1] + share * (course.values[i] - course.values[i - 1]);
}

std::optional<double> FirstReach(const Course& course, double level) {
  for (size_t i = 0; i < course.values.size(); ++i) {
    if (course.values[i] >= level) return i == 0 ? course.steps[0] : StepBetween(course, i, level);
  }
  return std::nullopt;
}

std::optional<double> StepsToShareOfGain(const Course& course, double share) {
  if (!(Gain(course) > 0)) return std::nullopt;
  return FirstReach(course, course.values.front() + share * Gain(course));
}

std::optional<double> ShareOfGainAtHalfTime(const Course& course) {
  if (!(Gain(course) > 0)) return std::nullopt;
  return (ValueAt(course, StepAtShare(course, 0.5)) - course.values.front()) / Gain(course);
}

double ChangeOverLastQuarter(const Course& course) {
  return course.values.back() - ValueAt(course, StepAtShare(course, 0.75));
}

}  // namespace suite
