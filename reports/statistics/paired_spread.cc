#include "reports/statistics/paired_spread.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "base/check.h"
#include "reports/statistics/statistics.h"

namespace suite {

double SpreadCorrelation(const std::vector<double>& left, const std::vector<double>& right) {
  SUITE_CHECK_EQ(left.size(), right.size());
  const double left_mean = Mean(left);
  const double right_mean = Mean(right);
  double differences = 0;
  double sums = 0;
  double both = 0;
  for (size_t i = 0; i < left.size(); ++i) {
    const double difference = (left[i] - left_mean) - (right[i] - right_mean);
    const double sum = (left[i] - left_mean) + (right[i] - right_mean);
    differences += difference * difference;
    sums += sum * sum;
    both += difference * sum;
  }
  if (differences == 0 || sums == 0) return 0;
  return std::clamp(both / std::sqrt(differences * sums), -1.0, 1.0);
}

SpreadTest PitmanMorgan(const std::vector<double>& left, const std::vector<double>& right) {
  SUITE_CHECK_GE(left.size(), size_t{3});
  const double r = SpreadCorrelation(left, right);
  const double freedom = static_cast<double>(left.size()) - 2;
  SpreadTest result;
  if (std::abs(r) == 1) {
    result.statistic = r * INFINITY;
    result.p = 0;
    return result;
  }
  result.statistic = r * std::sqrt(freedom / (1 - r * r));
  const boost::math::students_t student(freedom);
  result.p = 2 * boost::math::cdf(boost::math::complement(student, std::abs(result.statistic)));
  return result;
}

}  // namespace suite
