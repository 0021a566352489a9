#include "reports/statistics/effect_size.h"

#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

#include "base/check.h"
#include "reports/statistics/statistics.h"

namespace suite {

double CohenDz(const std::vector<double>& differences) {
  const double spread = SampleStd(differences);
  SUITE_CHECK_GT(spread, 0);
  return Mean(differences) / spread;
}

double HedgesG(const std::vector<double>& left, const std::vector<double>& right) {
  const double free_left = static_cast<double>(left.size()) - 1;
  const double free_right = static_cast<double>(right.size()) - 1;
  const double freedom = free_left + free_right;
  const double std_left = SampleStd(left);
  const double std_right = SampleStd(right);
  const double pooled = std::sqrt((free_left * std_left * std_left + free_right * std_right * std_right) / freedom);
  SUITE_CHECK_GT(pooled, 0);
  // boost's tgamma_delta_ratio(z, delta) is Gamma(z) / Gamma(z + delta), and does not overflow.
  const double correction = 1 / (boost::math::tgamma_delta_ratio((freedom - 1) / 2, 0.5) * std::sqrt(freedom / 2));
  return correction * (Mean(left) - Mean(right)) / pooled;
}

double CliffsDelta(const std::vector<double>& left, const std::vector<double>& right) {
  SUITE_CHECK(!left.empty() && !right.empty());
  double above = 0;
  for (double a : left) {
    for (double b : right) above += (a > b) - (a < b);
  }
  return above / (static_cast<double>(left.size()) * static_cast<double>(right.size()));
}

}  // namespace suite
