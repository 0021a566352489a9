#include "reports/statistics.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "base/check.h"

namespace suite {
namespace {

// How often each of `count` things is drawn in `count` draws with replacement.
void Draw(RandomStream* stream, std::vector<int>* times) {
  std::fill(times->begin(), times->end(), 0);
  const int64_t count = static_cast<int64_t>(times->size());
  for (int64_t i = 0; i < count; ++i) ++(*times)[static_cast<size_t>(stream->UniformInt(count))];
}

double WeightedMean(const ScoreMatrix& scores_SC, const std::vector<int>& seeds,
                    const std::vector<int>& conversations) {
  double sum = 0;
  for (size_t s = 0; s < seeds.size(); ++s) {
    if (seeds[s] == 0) continue;
    double seed_sum = 0;
    for (size_t c = 0; c < conversations.size(); ++c) seed_sum += conversations[c] * scores_SC[s][c];
    sum += seeds[s] * seed_sum;
  }
  return sum / static_cast<double>(seeds.size() * conversations.size());
}

}  // namespace

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

Estimate BootstrapMean(const ScoreMatrix& scores_SC, int resamples, double confidence, RandomStream* stream) {
  SUITE_CHECK(!scores_SC.empty());
  for (const auto& row : scores_SC) SUITE_CHECK_EQ(row.size(), scores_SC[0].size());
  SUITE_CHECK(!scores_SC[0].empty());
  SUITE_CHECK_GE(resamples, 1);
  std::vector<int> seeds(scores_SC.size(), 1);
  std::vector<int> conversations(scores_SC[0].size(), 1);
  Estimate estimate;
  estimate.mean = WeightedMean(scores_SC, seeds, conversations);
  std::vector<double> means;
  means.reserve(static_cast<size_t>(resamples));
  for (int r = 0; r < resamples; ++r) {
    Draw(stream, &seeds);
    Draw(stream, &conversations);
    means.push_back(WeightedMean(scores_SC, seeds, conversations));
  }
  estimate.interval = {Quantile(means, (1 - confidence) / 2), Quantile(means, (1 + confidence) / 2)};
  return estimate;
}

Estimate BootstrapDifference(const ScoreMatrix& left_SC, const ScoreMatrix& right_SC, int resamples, double confidence,
                             RandomStream* stream) {
  SUITE_CHECK_EQ(left_SC.size(), right_SC.size());
  ScoreMatrix difference_SC = left_SC;
  for (size_t s = 0; s < left_SC.size(); ++s) {
    SUITE_CHECK_EQ(left_SC[s].size(), right_SC[s].size());
    for (size_t c = 0; c < left_SC[s].size(); ++c) difference_SC[s][c] -= right_SC[s][c];
  }
  return BootstrapMean(difference_SC, resamples, confidence, stream);
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
