#include "reports/statistics/power.h"

#include <algorithm>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/tools/roots.hpp>
#include <cmath>

#include "base/check.h"
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

double PowerOf(const PlannedEffect& planned, int seeds, double alpha) {
  SUITE_CHECK_GE(seeds, 2);
  SUITE_CHECK(alpha > 0 && alpha < 1);
  const double effect = std::abs(planned.effect);
  if (effect == 0) return alpha;
  const double freedom = seeds - 1;
  const double of_seeds = planned.seed_spread * planned.seed_spread / seeds;
  const double of_conversations = planned.conversation_error * planned.conversation_error;
  const double variance = of_seeds + of_conversations;
  if (variance == 0) return 1;
  const boost::math::students_t seed_null(freedom);
  const boost::math::normal conversation_null;
  const double half = std::hypot(
      std::sqrt(of_seeds) * boost::math::quantile(boost::math::complement(seed_null, alpha / 2)),
      std::sqrt(of_conversations) * boost::math::quantile(boost::math::complement(conversation_null, alpha / 2)));
  const double critical = half / std::sqrt(variance);
  const double shift = effect / std::sqrt(variance);
  // Far out the series does not converge, and the power is 1 to all digits.
  if (shift - critical > 40) return 1;
  const double share = variance / std::max(of_seeds, variance * 1e-4);
  const boost::math::non_central_t distribution(freedom * share * share, shift);
  return boost::math::cdf(boost::math::complement(distribution, critical)) + boost::math::cdf(distribution, -critical);
}

double PairedTPower(double d, int seeds, double alpha) { return PowerOf({d, 1}, seeds, alpha); }

std::optional<int> SeedsNeeded(const PlannedEffect& planned, double alpha, double power) {
  const auto is_enough = [&](int seeds) { return PowerOf(planned, seeds, alpha) >= power; };
  if (planned.effect == 0) return std::nullopt;
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

double MinimumDetectableEffect(int seeds, double alpha, double power, double conversation_error) {
  SUITE_CHECK(power > alpha && power < 1);
  const auto missing = [&](double d) { return PowerOf({d, 1, conversation_error}, seeds, alpha) - power; };
  double high = 1;
  while (missing(high) < 0) high *= 2;
  uintmax_t rounds = 200;
  const auto found = boost::math::tools::toms748_solve(missing, 0.0, high, alpha - power, missing(high),
                                                       boost::math::tools::eps_tolerance<double>(45), rounds);
  return (found.first + found.second) / 2;
}

}  // namespace suite
