#include "datasets/forms/residual_kmeans.h"

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "base/random.h"

namespace suite {
namespace {

constexpr int kRounds = 25;

// One level: rows [items, dimension] and up to `size` centroids.
class Level {
 public:
  Level(const std::vector<float>& rows, int64_t dimension, int size, RandomStream* stream)
      : rows_(rows), dimension_(dimension), items_(static_cast<int64_t>(rows.size()) / dimension) {
    Seed(size, stream);
    for (int round = 0; round < kRounds && Assign(); ++round) Move();
  }

  int code(int64_t item) const { return codes_[static_cast<size_t>(item)]; }
  int size() const { return static_cast<int>(centroids_.size()); }
  const std::vector<float>& centroid(int code) const { return centroids_[static_cast<size_t>(code)]; }

 private:
  const float* Row(int64_t item) const { return rows_.data() + item * dimension_; }

  float Distance(int64_t item, const std::vector<float>& centroid) const {
    const float* row = Row(item);
    const float* other = centroid.data();
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < dimension_; ++i) sum += (row[i] - other[i]) * (row[i] - other[i]);
    return sum;
  }

  void AddCentroid(int64_t item) { centroids_.emplace_back(Row(item), Row(item) + dimension_); }

  // k-means++: each next centroid is an item, drawn by its squared distance to the nearest so far.
  void Seed(int size, RandomStream* stream) {
    AddCentroid(stream->UniformInt(items_));
    nearest_.assign(static_cast<size_t>(items_), std::numeric_limits<float>::max());
    while (static_cast<int>(centroids_.size()) < size) {
      double total = 0;
      for (int64_t item = 0; item < items_; ++item) {
        float& nearest = nearest_[static_cast<size_t>(item)];
        nearest = std::min(nearest, Distance(item, centroids_.back()));
        total += nearest;
      }
      if (!(total > 0)) break;
      double left = stream->Uniform() * total;
      int64_t chosen = -1;
      for (int64_t item = 0; item < items_ && (chosen < 0 || left >= 0); ++item) {
        if (nearest_[static_cast<size_t>(item)] > 0) chosen = item;
        left -= nearest_[static_cast<size_t>(item)];
      }
      AddCentroid(chosen);
    }
    codes_.assign(static_cast<size_t>(items_), -1);
  }

  // Gives each item its nearest centroid, of equal ones the first; false when nothing changed.
  bool Assign() {
    bool changed = false;
    for (int64_t item = 0; item < items_; ++item) {
      int best = 0;
      float least = std::numeric_limits<float>::max();
      for (int code = 0; code < size(); ++code) {
        const float distance = Distance(item, centroid(code));
        if (distance < least) {
          least = distance;
          best = code;
        }
      }
      changed = changed || best != code(item);
      codes_[static_cast<size_t>(item)] = best;
      nearest_[static_cast<size_t>(item)] = least;
    }
    return changed;
  }

  void Move() {
    std::vector<std::vector<double>> sums(centroids_.size(), std::vector<double>(static_cast<size_t>(dimension_)));
    std::vector<int64_t> counts(centroids_.size());
    for (int64_t item = 0; item < items_; ++item) {
      const auto of = static_cast<size_t>(code(item));
      ++counts[of];
      for (int64_t i = 0; i < dimension_; ++i) sums[of][static_cast<size_t>(i)] += Row(item)[i];
    }
    for (size_t code = 0; code < centroids_.size(); ++code) {
      if (counts[code] == 0) {
        const auto farthest = std::max_element(nearest_.begin(), nearest_.end());
        const float* row = Row(farthest - nearest_.begin());
        centroids_[code].assign(row, row + dimension_);
        *farthest = 0;
        continue;
      }
      for (size_t i = 0; i < sums[code].size(); ++i) {
        centroids_[code][i] = static_cast<float>(sums[code][i] / static_cast<double>(counts[code]));
      }
    }
  }

  const std::vector<float>& rows_;
  int64_t dimension_, items_;
  std::vector<std::vector<float>> centroids_;
  std::vector<int> codes_;
  std::vector<float> nearest_;  // squared distance of each item to its centroid
};

}  // namespace

ItemCodes ResidualKMeans(const std::vector<float>& values, int64_t dimension, int levels, int size, uint64_t seed) {
  SUITE_CHECK(dimension > 0 && !values.empty() && levels > 0 && size > 0);
  const int64_t items = static_cast<int64_t>(values.size()) / dimension;
  ItemCodes result;
  result.words = LetterWords(levels, size);
  result.codes.resize(static_cast<size_t>(items));
  std::vector<float> rows = values;
  for (int number = 0; number < levels; ++number) {
    RandomStream stream(seed, "item codes/k-means", {static_cast<uint64_t>(number)});
    const Level level(rows, dimension, size, &stream);
    result.centroids.emplace_back(static_cast<size_t>(size));
    for (int code = 0; code < level.size(); ++code) {
      result.centroids.back()[static_cast<size_t>(code)] = level.centroid(code);
    }
    const bool last = number + 1 == levels;
    for (int64_t item = 0; item < items; ++item) {
      float* row = rows.data() + item * dimension;
      result.codes[static_cast<size_t>(item)].push_back(level.code(item));
      if (last) result.last_residuals.emplace_back(row, row + dimension);
      for (int64_t i = 0; i < dimension; ++i) row[i] -= level.centroid(level.code(item))[static_cast<size_t>(i)];
    }
  }
  return result;
}

}  // namespace suite
