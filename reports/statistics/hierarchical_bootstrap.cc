#include "reports/statistics/hierarchical_bootstrap.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace suite {
namespace {

// The sum of a[i] * b[i]. Four sums keep the additions independent of each other, in an order that is always the same.
template <typename Factor>
double Dot(const Factor* a, const double* b, size_t size) {
  double sums[4] = {0, 0, 0, 0};
  size_t i = 0;
  for (; i + 4 <= size; i += 4) {
    for (size_t lane = 0; lane < 4; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  for (; i < size; ++i) sums[0] += a[i] * b[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

// Both ends by selection: sorting all resamples of every cell would take most of a report's time.
Interval PercentileInterval(std::vector<double> values, double confidence) {
  const auto quantile = [&values](double fraction) {
    const double place = fraction * static_cast<double>(values.size() - 1);
    const auto below = values.begin() + static_cast<long>(place);
    std::nth_element(values.begin(), below, values.end());
    const double low = *below;
    const double high = below + 1 == values.end() ? low : *std::min_element(below + 1, values.end());
    return low + (place - std::floor(place)) * (high - low);
  };
  return {quantile((1 - confidence) / 2), quantile((1 + confidence) / 2)};
}

}  // namespace

HierarchicalBootstrap::HierarchicalBootstrap(const std::vector<size_t>& contexts_C, int resamples, uint64_t seed,
                                             const std::string& name)
    : contexts_C_(contexts_C), resamples_(static_cast<size_t>(resamples)), seed_(seed), name_(name) {
  SUITE_CHECK(!contexts_C.empty());
  SUITE_CHECK_GE(resamples, 1);
  sizes_K_.resize(1 + *std::max_element(contexts_C.begin(), contexts_C.end()), 0);
  for (size_t context : contexts_C) ++sizes_K_[context];
  for (double size : sizes_K_) SUITE_CHECK_GE(size, 1.0);
  RandomStream stream(seed, name + "/conversations");
  if (is_limit()) {
    for (size_t r = 0; r < resamples_; ++r) normals_R_.push_back(stream.Normal());
  } else {
    DrawCounts(&stream);
  }
}

void HierarchicalBootstrap::DrawCounts(RandomStream* stream) {
  const size_t contexts = sizes_K_.size();
  counts_RK_.resize(resamples_ * contexts, 0);
  for (size_t begin = 0; begin < counts_RK_.size(); begin += contexts) {
    for (size_t i = 0; i < contexts; ++i) {
      uint8_t& count = counts_RK_[begin + static_cast<size_t>(stream->UniformInt(static_cast<int64_t>(contexts)))];
      SUITE_CHECK_LT(count, UINT8_MAX);
      ++count;
    }
    conversations_R_.push_back(Dot(counts_RK_.data() + begin, sizes_K_.data(), contexts));
  }
}

ScoreMatrix HierarchicalBootstrap::ContextSums(const ScoreMatrix& scores_SC) const {
  SUITE_CHECK(!scores_SC.empty());
  ScoreMatrix sums_SK;
  for (const std::vector<double>& scores_C : scores_SC) {
    SUITE_CHECK_EQ(scores_C.size(), contexts_C_.size());
    sums_SK.emplace_back(sizes_K_.size(), 0.0);
    for (size_t c = 0; c < scores_C.size(); ++c) sums_SK.back()[contexts_C_[c]] += scores_C[c];
  }
  return sums_SK;
}

std::vector<double> HierarchicalBootstrap::CountedMeans(const ScoreMatrix& sums_SK) const {
  const size_t contexts = sizes_K_.size();
  ScoreMatrix means_SR;
  for (const std::vector<double>& sums_K : sums_SK) {
    means_SR.emplace_back();
    for (size_t r = 0; r < resamples_; ++r) {
      means_SR.back().push_back(Dot(counts_RK_.data() + r * contexts, sums_K.data(), contexts) / conversations_R_[r]);
    }
  }
  RandomStream stream = SeedStream();
  const auto seeds = static_cast<int64_t>(sums_SK.size());
  std::vector<double> means_R;
  for (size_t r = 0; r < resamples_; ++r) {
    double sum = 0;
    for (int64_t i = 0; i < seeds; ++i) sum += means_SR[static_cast<size_t>(stream.UniformInt(seeds))][r];
    means_R.push_back(sum / static_cast<double>(seeds));
  }
  return means_R;
}

// Given the drawn seeds, the mean is normal: a weighted sum of the seeds' means, and its variance is the same weights'
// square form of their covariance.
std::vector<double> HierarchicalBootstrap::LimitMeans(const ScoreMatrix& sums_SK) const {
  const size_t seeds = sums_SK.size();
  const auto conversations = static_cast<double>(contexts_C_.size());
  std::vector<double> means_S;
  ScoreMatrix residuals_SK = sums_SK;
  for (std::vector<double>& residuals_K : residuals_SK) {
    double sum = 0;
    for (double value : residuals_K) sum += value;
    means_S.push_back(sum / conversations);
    for (size_t k = 0; k < residuals_K.size(); ++k) residuals_K[k] -= means_S.back() * sizes_K_[k];
  }
  ScoreMatrix covariance_SS(seeds, std::vector<double>(seeds));
  for (size_t s = 0; s < seeds; ++s) {
    for (size_t t = 0; t <= s; ++t) {
      covariance_SS[s][t] = covariance_SS[t][s] =
          Dot(residuals_SK[s].data(), residuals_SK[t].data(), sizes_K_.size()) / (conversations * conversations);
    }
  }
  RandomStream stream = SeedStream();
  std::vector<size_t> drawn(seeds);
  std::vector<double> means_R;
  for (size_t r = 0; r < resamples_; ++r) {
    double mean = 0;
    double variance = 0;
    for (size_t i = 0; i < seeds; ++i) {
      drawn[i] = static_cast<size_t>(stream.UniformInt(static_cast<int64_t>(seeds)));
      mean += means_S[drawn[i]];
      variance += covariance_SS[drawn[i]][drawn[i]];
      for (size_t j = 0; j < i; ++j) variance += 2 * covariance_SS[drawn[i]][drawn[j]];
    }
    means_R.push_back((mean + normals_R_[r] * std::sqrt(std::max(0.0, variance))) / static_cast<double>(seeds));
  }
  return means_R;
}

std::vector<double> HierarchicalBootstrap::ResampledMeans(const ScoreMatrix& scores_SC) const {
  const ScoreMatrix sums_SK = ContextSums(scores_SC);
  return is_limit() ? LimitMeans(sums_SK) : CountedMeans(sums_SK);
}

Estimate HierarchicalBootstrap::OfMean(const ScoreMatrix& scores_SC, double confidence) const {
  return {Mean(RowMeans(scores_SC)), PercentileInterval(ResampledMeans(scores_SC), confidence)};
}

Estimate HierarchicalBootstrap::OfDifference(const ScoreMatrix& left_SC, const ScoreMatrix& right_SC,
                                             double confidence) const {
  return OfMean(Differences(left_SC, right_SC), confidence);
}

}  // namespace suite
