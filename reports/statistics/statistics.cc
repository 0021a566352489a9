#include "reports/statistics/statistics.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "base/check.h"

namespace suite {

Interval WholeLine() {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return {-kInfinity, kInfinity};
}

double Mean(const std::vector<double>& values) {
  SUITE_CHECK(!values.empty());
  double sum = 0;
  for (double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

std::vector<double> RowMeans(const ScoreMatrix& scores_SC) {
  std::vector<double> means_S;
  for (const std::vector<double>& scores_C : scores_SC) means_S.push_back(Mean(scores_C));
  return means_S;
}

std::vector<double> MeanOverRows(const ScoreMatrix& rows) {
  SUITE_CHECK(!rows.empty());
  std::vector<double> means(rows[0].size(), 0.0);
  for (const std::vector<double>& row : rows) {
    SUITE_CHECK_EQ(row.size(), means.size());
    for (size_t i = 0; i < means.size(); ++i) means[i] += row[i] / static_cast<double>(rows.size());
  }
  return means;
}

std::vector<double> Differences(const std::vector<double>& left, const std::vector<double>& right) {
  SUITE_CHECK_EQ(left.size(), right.size());
  std::vector<double> differences = left;
  for (size_t i = 0; i < left.size(); ++i) differences[i] -= right[i];
  return differences;
}

ScoreMatrix Differences(const ScoreMatrix& left_SC, const ScoreMatrix& right_SC) {
  SUITE_CHECK_EQ(left_SC.size(), right_SC.size());
  ScoreMatrix differences_SC;
  for (size_t s = 0; s < left_SC.size(); ++s) differences_SC.push_back(Differences(left_SC[s], right_SC[s]));
  return differences_SC;
}

double SampleStd(const std::vector<double>& values) {
  SUITE_CHECK_GE(values.size(), size_t{2});
  const double mean = Mean(values);
  double squares = 0;
  for (double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

std::optional<Interval> StudentInterval(const std::vector<double>& values, double confidence) {
  if (values.size() < 2) return std::nullopt;
  const double n = static_cast<double>(values.size());
  const boost::math::students_t_distribution<double> student(n - 1);
  const double half = boost::math::quantile(student, 0.5 + confidence / 2) * SampleStd(values) / std::sqrt(n);
  const double mean = Mean(values);
  return Interval{mean - half, mean + half};
}

double Quantile(std::vector<double> values, double fraction) {
  SUITE_CHECK(!values.empty());
  std::sort(values.begin(), values.end());
  const double place = fraction * static_cast<double>(values.size() - 1);
  const size_t below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

Verdict Judge(const Estimate& difference, bool higher_is_better) {
  if (difference.interval.low <= 0 && difference.interval.high >= 0) return Verdict::kInconclusive;
  return (difference.interval.low > 0) == higher_is_better ? Verdict::kBetter : Verdict::kWorse;
}

const char* ToWord(Verdict verdict) {
  return verdict == Verdict::kBetter ? "better" : verdict == Verdict::kWorse ? "worse" : "inconclusive";
}

bool AreDisjoint(const Interval& a, const Interval& b) { return a.high < b.low || b.high < a.low; }

}  // namespace suite
