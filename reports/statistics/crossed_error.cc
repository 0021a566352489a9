#include "reports/statistics/crossed_error.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/tools/roots.hpp>
#include <cmath>

#include "base/check.h"
#include "reports/statistics/clustered_error.h"

namespace suite {
namespace {

constexpr double kSmallestP = 1e-290;

// Half of the interval's width when both tails together hold `alpha`.
double HalfWidth(const CrossedError& error, double alpha) {
  const auto part = [alpha](double variance, size_t units) {
    if (variance == 0) return 0.0;
    const boost::math::students_t student(static_cast<double>(units) - 1);
    return std::sqrt(variance) * boost::math::quantile(boost::math::complement(student, alpha / 2));
  };
  return std::hypot(part(error.seed_variance, error.seeds), part(error.context_variance, error.contexts));
}

double StudentP(double t, size_t units) {
  const boost::math::students_t student(static_cast<double>(units) - 1);
  return 2 * boost::math::cdf(boost::math::complement(student, t));
}

bool HasError(const CrossedError& error) { return error.seeds > 1 || error.contexts > 1; }

double SquaredError(const std::vector<double>& values_C, const std::vector<size_t>& contexts_C) {
  const double error = ClusteredErrorOfMean(values_C, contexts_C).standard_error;
  return error * error;
}

// The contexts' part of the mean's variance: what the mean over seeds varies by, less what its rest does.
double ContextVariance(const ScoreMatrix& scores_SC, const std::vector<size_t>& contexts_C, size_t contexts) {
  const std::vector<double> mean_C = MeanOverRows(scores_SC);
  double variance = SquaredError(mean_C, contexts_C);
  const auto seeds = static_cast<double>(scores_SC.size());
  if (scores_SC.size() > 1) {
    double rest = 0;
    for (const std::vector<double>& scores_C : scores_SC)
      rest += SquaredError(Differences(scores_C, mean_C), contexts_C);
    variance -= rest / (seeds * (seeds - 1));
  }
  const auto k = static_cast<double>(contexts);
  return std::max(0.0, variance * k / (k - 1));
}

}  // namespace

CrossedError CrossedErrorOf(const ScoreMatrix& scores_SC, const std::vector<size_t>& contexts_C) {
  SUITE_CHECK(!scores_SC.empty() && !contexts_C.empty());
  for (const std::vector<double>& scores_C : scores_SC) SUITE_CHECK_EQ(scores_C.size(), contexts_C.size());
  CrossedError error = CrossedErrorOf(RowMeans(scores_SC));
  error.contexts = 1 + *std::max_element(contexts_C.begin(), contexts_C.end());
  if (error.contexts > 1) error.context_variance = ContextVariance(scores_SC, contexts_C, error.contexts);
  return error;
}

CrossedError CrossedErrorOf(const std::vector<double>& values_S) {
  CrossedError error;
  error.mean = Mean(values_S);
  error.seeds = values_S.size();
  error.contexts = 1;
  if (error.seeds > 1) error.seed_variance = std::pow(SampleStd(values_S), 2) / static_cast<double>(error.seeds);
  return error;
}

std::optional<Interval> CrossedInterval(const CrossedError& error, double confidence) {
  if (!HasError(error)) return std::nullopt;
  const double half = HalfWidth(error, 1 - confidence);
  return Interval{error.mean - half, error.mean + half};
}

std::optional<double> CrossedP(const CrossedError& error, double value) {
  if (!HasError(error)) return std::nullopt;
  const double distance = std::abs(error.mean - value);
  const double variance = error.seed_variance + error.context_variance;
  if (distance == 0) return 1;
  if (variance == 0) return 0;
  const double t = distance / std::sqrt(variance);
  if (error.context_variance == 0) return StudentP(t, error.seeds);
  if (error.seed_variance == 0) return StudentP(t, error.contexts);
  // The quantile of each part lies between those of the fewest and the most degrees of freedom, and so does p.
  const double low = std::max(kSmallestP, StudentP(t, std::max(error.seeds, error.contexts)));
  const double high = StudentP(t, std::min(error.seeds, error.contexts));
  const auto excess = [&](double log_p) { return std::log(HalfWidth(error, std::exp(log_p)) / distance); };
  const double at_low = excess(std::log(low));
  const double at_high = excess(std::log(high));
  if (at_low <= 0) return low;
  if (at_high >= 0) return high;
  uintmax_t rounds = 100;
  const auto found = boost::math::tools::toms748_solve(excess, std::log(low), std::log(high), at_low, at_high,
                                                       boost::math::tools::eps_tolerance<double>(48), rounds);
  return std::exp((found.first + found.second) / 2);
}

}  // namespace suite
