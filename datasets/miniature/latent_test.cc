#include "datasets/miniature/latent.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "base/random.h"

namespace suite {
namespace {

TEST(Latent, HandCheckedArithmetic) {
  EXPECT_DOUBLE_EQ(Dot({1, 2}, {3, -1}), 1.0);
  Latent sum{1, 1};
  AddScaled({2, 0}, 0.5, &sum);
  EXPECT_EQ(sum, (Latent{2, 1}));
  EXPECT_EQ(Unit({3, 4}), (Latent{0.6, 0.8}));
}

TEST(Latent, PerturbedKeepsUnitLengthAndComesAsNearAsTheScaleSays) {
  RandomStream stream(3, "latent_test");
  const Latent v = RandomUnit(16, &stream);
  double cosine = 0;
  constexpr int kTrials = 2000;
  for (int i = 0; i < kTrials; ++i) {
    const Latent near = Perturbed(v, 0.45, &stream);
    EXPECT_NEAR(Dot(near, near), 1.0, 1e-12);
    cosine += Dot(near, v) / kTrials;
  }
  // v plus noise of length about .45, nearly at a right angle to it: the cosine is about 1 / sqrt(1 + .45^2) = .912.
  EXPECT_NEAR(cosine, 0.912, 0.01);
  EXPECT_NEAR(Dot(Perturbed(v, 0.0, &stream), v), 1.0, 1e-12);
}

TEST(Latent, GumbelTopDrawsSoftmaxWithoutReplacement) {
  RandomStream stream(4, "latent_test");
  // Weights 1, 2, 5: first draws 1/8, 2/8, 5/8; after the second index, the first has 1 of the 6 that are left.
  const std::vector<double> scores{std::log(1.0), std::log(2.0), std::log(5.0)};
  constexpr int kTrials = 40000;
  int first[3] = {};
  int two_then_one = 0;
  for (int i = 0; i < kTrials; ++i) {
    const std::vector<int> order = GumbelTop(scores, 2, {}, &stream);
    ++first[order[0]];
    two_then_one += order[0] == 1 && order[1] == 0;
  }
  EXPECT_NEAR(first[0] / double{kTrials}, 1.0 / 8, 0.01);
  EXPECT_NEAR(first[1] / double{kTrials}, 2.0 / 8, 0.01);
  EXPECT_NEAR(first[2] / double{kTrials}, 5.0 / 8, 0.01);
  EXPECT_NEAR(two_then_one / double{kTrials}, 2.0 / 8 * 1.0 / 6, 0.01);
}

TEST(Latent, GumbelTopNeverDrawsTheExcludedOrAnyTwice) {
  RandomStream stream(5, "latent_test");
  for (int i = 0; i < 200; ++i) {
    const std::vector<int> order = GumbelTop({9, 0, 0, 9, 0}, 3, {0, 3}, &stream);
    EXPECT_EQ(std::set<int>(order.begin(), order.end()), (std::set<int>{1, 2, 4}));
  }
}

TEST(Latent, SampleIndexFollowsItsProbabilities) {
  RandomStream stream(6, "latent_test");
  constexpr int kTrials = 20000;
  int count[3] = {};
  for (int i = 0; i < kTrials; ++i) ++count[SampleIndex({0.3, 0.0, 0.7}, &stream)];
  EXPECT_NEAR(count[0] / double{kTrials}, 0.3, 0.015);
  EXPECT_EQ(count[1], 0);
}

}  // namespace
}  // namespace suite
