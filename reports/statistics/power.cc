#include "reports/statistics/power.h"

#include <algorithm>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/tools/roots.hpp>
#include <cmath>

#include "base/check.h"
#include "reports/statistics/paired_tests.h"
#include "reports/statistics/statistics.h"

namespace suite {
namespace {

// The smallest value that passes, between one that does not and one that does.
template <typename Passes>
int FirstPassing(int fails, int passes, const Passes& is_enough) {
  while (passes - fails > 1) {
    const int middle = fails + (passes - fails) / 2;
    (is_enough(middle) ? passes : fails) = middle;
  }
  return passes;
}

}  // namespace

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

double PairedTPower(double d, int seeds, double alpha) {
  SUITE_CHECK_GE(seeds, 2);
  SUITE_CHECK(alpha > 0 && alpha < 1);
  const double freedom = seeds - 1;
  const boost::math::students_t null(freedom);
  const double critical = boost::math::quantile(boost::math::complement(null, alpha / 2));
  const double shift = std::abs(d) * std::sqrt(static_cast<double>(seeds));
  if (shift == 0) return alpha;
  // Far out the series does not converge, and the power is 1 to all digits.
  if (shift - critical > 40) return 1;
  const boost::math::non_central_t effect(freedom, shift);
  return boost::math::cdf(boost::math::complement(effect, critical)) + boost::math::cdf(effect, -critical);
}

std::optional<int> SeedsNeeded(double d, double alpha, double power) {
  const auto is_enough = [&](int seeds) { return PairedTPower(d, seeds, alpha) >= power; };
  if (d == 0) return std::nullopt;
  int fails = 1;
  int passes = 2;
  while (!is_enough(passes)) {
    if (passes >= kMostSeeds) return std::nullopt;
    fails = passes;
    passes = std::min(2 * passes, kMostSeeds);
  }
  return FirstPassing(fails, passes, is_enough);
}

std::optional<int> SeedsNeededForSpread(double r, double alpha, double power) {
  if (r == 0) return std::nullopt;
  if (std::abs(r) >= 1) return 3;
  const boost::math::normal normal;
  const double z = boost::math::quantile(normal, 1 - alpha / 2) + boost::math::quantile(normal, power);
  const double seeds = std::ceil(3 + std::pow(z / std::atanh(r), 2));
  if (seeds > kMostSeeds) return std::nullopt;
  return std::max(4, static_cast<int>(seeds));
}

double MinimumDetectableEffect(int seeds, double alpha, double power) {
  SUITE_CHECK(power > alpha && power < 1);
  const auto missing = [&](double d) { return PairedTPower(d, seeds, alpha) - power; };
  double high = 1;
  while (missing(high) < 0) high *= 2;
  uintmax_t rounds = 200;
  const auto found = boost::math::tools::toms748_solve(missing, 0.0, high, alpha - power, missing(high),
                                                       boost::math::tools::eps_tolerance<double>(45), rounds);
  return (found.first + found.second) / 2;
}

Equivalence Tost(const std::vector<double>& differences, double margin) {
  SUITE_CHECK_GT(margin, 0);
  std::vector<double> from_low = differences;
  std::vector<double> from_high = differences;
  for (double& difference : from_low) difference += margin;
  for (double& difference : from_high) difference -= margin;
  Equivalence result;
  result.p_above_low = PairedT(from_low, Alternative::kGreater).p;
  result.p_below_high = PairedT(from_high, Alternative::kLess).p;
  result.p = std::max(result.p_above_low, result.p_below_high);
  return result;
}

}  // namespace suite
