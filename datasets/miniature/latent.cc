#include "datasets/miniature/latent.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/check.h"

namespace suite {

double Dot(const Latent& a, const Latent& b) {
  SUITE_CHECK_EQ(a.size(), b.size());
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

void AddScaled(const Latent& v, double weight, Latent* sum) {
  SUITE_CHECK_EQ(v.size(), sum->size());
  for (size_t i = 0; i < v.size(); ++i) (*sum)[i] += weight * v[i];
}

Latent Unit(Latent v) {
  const double length = std::sqrt(Dot(v, v));
  SUITE_CHECK_GT(length, 0.0);
  for (double& x : v) x /= length;
  return v;
}

Latent RandomUnit(int dim, RandomStream* stream) {
  Latent v(static_cast<size_t>(dim));
  for (double& x : v) x = stream->Normal();
  return Unit(std::move(v));
}

Latent Perturbed(Latent v, double scale, RandomStream* stream) {
  const double step = scale / std::sqrt(static_cast<double>(v.size()));
  for (double& x : v) x += step * stream->Normal();
  return Unit(std::move(v));
}

std::vector<int> GumbelTop(std::vector<double> scores, int k, const std::vector<int>& excluded, RandomStream* stream) {
  SUITE_CHECK_LE(static_cast<size_t>(k) + excluded.size(), scores.size());
  for (double& score : scores) score += stream->Gumbel();
  for (const int id : excluded) scores[static_cast<size_t>(id)] = -std::numeric_limits<double>::infinity();
  std::vector<int> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  std::partial_sort(order.begin(), order.begin() + k, order.end(), [&](int a, int b) {
    const double score_a = scores[static_cast<size_t>(a)];
    const double score_b = scores[static_cast<size_t>(b)];
    return score_a != score_b ? score_a > score_b : a < b;
  });
  order.resize(static_cast<size_t>(k));
  return order;
}

int SampleIndex(const std::vector<double>& probabilities, RandomStream* stream) {
  double left = stream->Uniform();
  for (size_t i = 0; i + 1 < probabilities.size(); ++i) {
    left -= probabilities[i];
    if (left < 0) return static_cast<int>(i);
  }
  return static_cast<int>(probabilities.size()) - 1;
}

}  // namespace suite
