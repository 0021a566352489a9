#include "reports/statistics.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "base/check.h"

namespace suite {
namespace {

// Four sums keep the additions independent of each other, in an order that is always the same.
double CountedSum(const uint8_t* counts, const double* scores, size_t size) {
  double sums[4] = {0, 0, 0, 0};
  size_t i = 0;
  for (; i + 4 <= size; i += 4) {
    for (size_t lane = 0; lane < 4; ++lane) sums[lane] += counts[i + lane] * scores[i + lane];
  }
  for (; i < size; ++i) sums[0] += counts[i] * scores[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
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

ConversationDraws::ConversationDraws(size_t conversations, int resamples, RandomStream* stream)
    : conversations_(conversations) {
  SUITE_CHECK_GE(conversations, size_t{1});
  SUITE_CHECK_GE(resamples, 1);
  counts_.resize(static_cast<size_t>(resamples) * conversations, 0);
  for (size_t begin = 0; begin < counts_.size(); begin += conversations) {
    for (size_t i = 0; i < conversations; ++i) {
      uint8_t& count = counts_[begin + static_cast<size_t>(stream->UniformInt(static_cast<int64_t>(conversations)))];
      SUITE_CHECK_LT(count, UINT8_MAX);
      ++count;
    }
  }
}

std::vector<double> ConversationDraws::Means(const std::vector<double>& scores_C) const {
  SUITE_CHECK_EQ(scores_C.size(), conversations_);
  std::vector<double> means;
  means.reserve(resamples());
  for (size_t begin = 0; begin < counts_.size(); begin += conversations_) {
    means.push_back(CountedSum(counts_.data() + begin, scores_C.data(), conversations_) /
                    static_cast<double>(conversations_));
  }
  return means;
}

Estimate BootstrapMean(const ScoreMatrix& scores_SC, const ConversationDraws& draws, double confidence,
                       RandomStream* seed_stream) {
  SUITE_CHECK(!scores_SC.empty());
  ScoreMatrix means_SR;
  std::vector<double> seed_means;
  for (const std::vector<double>& scores_C : scores_SC) {
    means_SR.push_back(draws.Means(scores_C));
    seed_means.push_back(Mean(scores_C));
  }
  const int64_t seeds = static_cast<int64_t>(scores_SC.size());
  std::vector<double> means;
  means.reserve(draws.resamples());
  for (size_t r = 0; r < draws.resamples(); ++r) {
    double sum = 0;
    for (int64_t i = 0; i < seeds; ++i) sum += means_SR[static_cast<size_t>(seed_stream->UniformInt(seeds))][r];
    means.push_back(sum / static_cast<double>(seeds));
  }
  return {Mean(seed_means), {Quantile(means, (1 - confidence) / 2), Quantile(means, (1 + confidence) / 2)}};
}

Estimate BootstrapDifference(const ScoreMatrix& left_SC, const ScoreMatrix& right_SC, const ConversationDraws& draws,
                             double confidence, RandomStream* seed_stream) {
  SUITE_CHECK_EQ(left_SC.size(), right_SC.size());
  ScoreMatrix difference_SC = left_SC;
  for (size_t s = 0; s < left_SC.size(); ++s) {
    SUITE_CHECK_EQ(left_SC[s].size(), right_SC[s].size());
    for (size_t c = 0; c < left_SC[s].size(); ++c) difference_SC[s][c] -= right_SC[s][c];
  }
  return BootstrapMean(difference_SC, draws, confidence, seed_stream);
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
