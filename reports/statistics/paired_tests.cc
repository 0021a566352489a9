#include "reports/statistics/paired_tests.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "reports/statistics/statistics.h"

namespace suite {
namespace {

constexpr size_t kMostExactWithoutTies = 50;
constexpr size_t kMostExactWithTies = 13;

// The p value of both tails; each tail holds the observed value.
double OfTails(double below, double above, Alternative alternative) {
  if (alternative == Alternative::kGreater) return above;
  if (alternative == Alternative::kLess) return below;
  return std::min(1.0, 2 * std::min(below, above));
}

template <typename Distribution>
double OfLimit(const Distribution& distribution, double value, Alternative alternative) {
  return OfTails(boost::math::cdf(distribution, value), boost::math::cdf(boost::math::complement(distribution, value)),
                 alternative);
}

// Twice the average ranks of |d|, which are whole numbers, and what the tests need to know of ties.
struct SignedRanks {
  std::vector<int64_t> doubled;  // of the differences that are not zero
  int64_t doubled_plus = 0;
  int64_t doubled_minus = 0;
  double zeros = 0;
  double tie_term = 0;  // sum of t^3 - t over the ties of differences that are not zero
  bool has_ties = false;
};

SignedRanks RankSigned(std::vector<double> differences) {
  std::sort(differences.begin(), differences.end(), [](double a, double b) { return std::abs(a) < std::abs(b); });
  SignedRanks ranks;
  for (size_t begin = 0; begin < differences.size();) {
    size_t end = begin;
    while (end < differences.size() && std::abs(differences[end]) == std::abs(differences[begin])) ++end;
    const double tied = static_cast<double>(end - begin);
    ranks.has_ties |= end - begin > 1;
    if (differences[begin] == 0) {
      ranks.zeros = tied;
    } else {
      const int64_t doubled = static_cast<int64_t>(begin + 1 + end);
      for (size_t i = begin; i < end; ++i) {
        ranks.doubled.push_back(doubled);
        (differences[i] > 0 ? ranks.doubled_plus : ranks.doubled_minus) += doubled;
      }
      ranks.tie_term += tied * tied * tied - tied;
    }
    begin = end;
  }
  return ranks;
}

// The probability of each (doubled) rank sum when every sign is a fair coin, one rank after another.
double ExactRankP(const SignedRanks& ranks, Alternative alternative) {
  std::vector<double> probability = {1};
  for (int64_t rank : ranks.doubled) {
    std::vector<double> next(probability.size() + static_cast<size_t>(rank), 0);
    for (size_t sum = 0; sum < probability.size(); ++sum) {
      next[sum] += probability[sum] / 2;
      next[sum + static_cast<size_t>(rank)] += probability[sum] / 2;
    }
    probability = std::move(next);
  }
  double below = 0;
  double above = 0;
  for (size_t sum = 0; sum < probability.size(); ++sum) {
    if (static_cast<int64_t>(sum) <= ranks.doubled_plus) below += probability[sum];
    if (static_cast<int64_t>(sum) >= ranks.doubled_plus) above += probability[sum];
  }
  return OfTails(below, above, alternative);
}

double LimitRankP(const SignedRanks& ranks, size_t size, Alternative alternative) {
  const double n = static_cast<double>(size);
  const double z0 = ranks.zeros;
  const double mean = (n * (n + 1) - z0 * (z0 + 1)) / 4;
  // Cureton, "The normal approximation to the signed-rank sampling distribution when zero differences are present",
  // J. Am. Stat. Assoc. 62 (1967).
  const double variance = (n * (n + 1) * (2 * n + 1) - z0 * (z0 + 1) * (2 * z0 + 1)) / 24 - ranks.tie_term / 48;
  if (variance <= 0) return 1;
  const double z = (static_cast<double>(ranks.doubled_plus) / 2 - mean) / std::sqrt(variance);
  return OfLimit(boost::math::normal(), z, alternative);
}

// How often a sign assignment gives at most and at least the observed sum.
struct TailCounts {
  double below = 0;
  double above = 0;

  void Count(double sum, double observed, double rounding) {
    below += sum <= observed + rounding;
    above += sum >= observed - rounding;
  }
};

TailCounts CountAllFlips(const std::vector<double>& differences, double observed, double rounding) {
  TailCounts counts;
  for (uint64_t signs = 0; signs < (uint64_t{1} << differences.size()); ++signs) {
    double sum = 0;
    for (size_t i = 0; i < differences.size(); ++i) sum += signs >> i & 1 ? -differences[i] : differences[i];
    counts.Count(sum, observed, rounding);
  }
  return counts;
}

TailCounts CountDrawnFlips(const std::vector<double>& differences, double observed, double rounding, int draws,
                           RandomStream* stream) {
  TailCounts counts;
  for (int draw = 0; draw < draws; ++draw) {
    double sum = 0;
    uint64_t signs = 0;
    for (size_t i = 0; i < differences.size(); ++i, signs >>= 1) {
      if (i % 64 == 0) signs = stream->Bits();
      sum += signs & 1 ? -differences[i] : differences[i];
    }
    counts.Count(sum, observed, rounding);
  }
  return counts;
}

}  // namespace

TestResult PairedT(const std::vector<double>& differences, Alternative alternative) {
  const double n = static_cast<double>(differences.size());
  const double mean = Mean(differences);
  const double error = SampleStd(differences) / std::sqrt(n);
  if (error == 0) {
    if (mean == 0) return {0, 1, true};
    const bool rejects = alternative == Alternative::kTwoSided || (mean > 0) == (alternative == Alternative::kGreater);
    return {std::copysign(std::numeric_limits<double>::infinity(), mean), rejects ? 0.0 : 1.0, true};
  }
  const double t = mean / error;
  return {t, OfLimit(boost::math::students_t(n - 1), t, alternative), true};
}

TestResult WilcoxonSignedRank(const std::vector<double>& differences, Alternative alternative) {
  SUITE_CHECK(!differences.empty());
  const SignedRanks ranks = RankSigned(differences);
  const bool is_plain = !ranks.has_ties && ranks.zeros == 0;
  const bool exact = differences.size() <= (is_plain ? kMostExactWithoutTies : kMostExactWithTies);
  const int64_t doubled =
      alternative == Alternative::kTwoSided ? std::min(ranks.doubled_plus, ranks.doubled_minus) : ranks.doubled_plus;
  const double p = exact ? ExactRankP(ranks, alternative) : LimitRankP(ranks, differences.size(), alternative);
  return {static_cast<double>(doubled) / 2, p, exact};
}

TestResult SignFlip(const std::vector<double>& differences, Alternative alternative, int draws, RandomStream* stream) {
  SUITE_CHECK(!differences.empty());
  SUITE_CHECK_GE(draws, 1);
  double observed = 0;
  double sizes = 0;
  for (double difference : differences) {
    observed += difference;
    sizes += std::abs(difference);
  }
  const double rounding = 1e-12 * sizes;
  const double mean = observed / static_cast<double>(differences.size());
  if (differences.size() <= kMostExactFlips) {
    const TailCounts counts = CountAllFlips(differences, observed, rounding);
    const double all = std::ldexp(1, static_cast<int>(differences.size()));
    return {mean, OfTails(counts.below / all, counts.above / all, alternative), true};
  }
  const TailCounts counts = CountDrawnFlips(differences, observed, rounding, draws, stream);
  return {mean, OfTails((1 + counts.below) / (1 + draws), (1 + counts.above) / (1 + draws), alternative), false};
}

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

TestResult PitmanMorgan(const std::vector<double>& left, const std::vector<double>& right) {
  SUITE_CHECK_GE(left.size(), size_t{3});
  const double r = SpreadCorrelation(left, right);
  const double freedom = static_cast<double>(left.size()) - 2;
  TestResult result;
  result.exact = true;
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
