#include "models/kernels/vector_math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace suite {
namespace {

// As the kernels use it: compiled for each instruction set, the one of this machine chosen at start.
SUITE_VECTOR_CLONES
void ExpOfAll(const float* x, int64_t size, float* y) {
  for (int64_t i = 0; i < size; ++i) y[i] = VectorExp(x[i]);
}

// The distance of `found` from the real number `expected`, in units of the last place of a float of that size.
double Ulps(float found, double expected) {
  const float rounded = static_cast<float>(expected);
  return std::abs(static_cast<double>(found) - expected) / (std::nextafter(rounded, INFINITY) - rounded);
}

TEST(VectorExp, IsWithinTwoUlpOnItsWholeRange) {
  std::vector<float> x;
  for (int i = 0; i <= 1750000; ++i) x.push_back(-87.0f + 1e-4f * static_cast<float>(i));
  std::vector<float> y(x.size());
  ExpOfAll(x.data(), static_cast<int64_t>(x.size()), y.data());
  double worst = 0;
  for (size_t i = 0; i < x.size(); ++i) worst = std::max(worst, Ulps(y[i], std::exp(static_cast<double>(x[i]))));
  EXPECT_LE(worst, 2.0);
  RecordProperty("worst_ulp", std::to_string(worst));
}

TEST(VectorExp, IsExactAtZeroAndClampsOutside) {
  EXPECT_EQ(VectorExp(0.0f), 1.0f);
  EXPECT_EQ(VectorExp(-INFINITY), VectorExp(-87.0f));
  EXPECT_EQ(VectorExp(INFINITY), VectorExp(88.0f));
  EXPECT_GT(VectorExp(-1000.0f), 0.0f);
  EXPECT_LT(VectorExp(-1000.0f), 2e-38f);
}

TEST(VectorExp, PassesNanOn) { EXPECT_TRUE(std::isnan(VectorExp(NAN))); }

TEST(VectorSigmoid, EqualsTheFormula) {
  for (float x = -30.0f; x <= 30.0f; x += 0.01f) {
    const double expected = 1.0 / (1.0 + std::exp(-static_cast<double>(x)));
    EXPECT_LE(Ulps(VectorSigmoid(x), expected), 4.0) << x;
  }
}

}  // namespace
}  // namespace suite
