#include "reports/statistics/statistics.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "base/check.h"

namespace suite {

double Mean(const std::vector<double>& values) {
  SUITE_CHECK(!values.empty());
  double sum = 0;
  for (double value : values) sum += value;
  return sum / static_cast<double>(values.size());
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

Verdict JudgeBoth(const Estimate& difference, const std::optional<Interval>& over_seeds, bool higher_is_better) {
  const Verdict verdict = Judge(difference, higher_is_better);
  if (!over_seeds || Judge({difference.mean, *over_seeds}, higher_is_better) == verdict) return verdict;
  return Verdict::kInconclusive;
}

const char* ToWord(Verdict verdict) {
  switch (verdict) {
    case Verdict::kBetter:
      return "better";
    case Verdict::kWorse:
      return "worse";
    case Verdict::kInconclusive:
      return "inconclusive";
  }
  return "inconclusive";
}

bool AreDisjoint(const Interval& a, const Interval& b) { return a.high < b.low || b.high < a.low; }

}  // namespace suite
