#include "datasets/forms/residual_kmeans.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "base/random.h"

namespace suite {
namespace {

// Four tight groups around the corners of a large square; in each, four groups around those of a small one.
std::vector<float> NestedSquares() {
  RandomStream noise(0, "test/squares");
  std::vector<float> values;
  for (int item = 0; item < 160; ++item) {
    const int outer = item % 4, inner = item / 4 % 4;
    values.push_back(static_cast<float>(10 * (outer % 2) + inner % 2 + .01 * noise.Normal()));
    values.push_back(static_cast<float>(10 * (outer / 2) + inner / 2 + .01 * noise.Normal()));
  }
  return values;
}

TEST(ResidualKMeans, FindsGroupsWithinGroups) {
  const ItemCodes codes = ResidualKMeans(NestedSquares(), 2, 2, 4, 0);
  std::set<std::vector<int>> rows;
  for (size_t item = 0; item < codes.codes.size(); ++item) {
    EXPECT_EQ(codes.codes[item], codes.codes[item % 16]) << item;
    rows.insert(codes.codes[item]);
  }
  EXPECT_EQ(rows.size(), 16u);
}

TEST(ResidualKMeans, CentroidsAddUpToTheItem) {
  const std::vector<float> values = NestedSquares();
  const ItemCodes codes = ResidualKMeans(values, 2, 2, 4, 0);
  for (size_t item = 0; item < codes.codes.size(); ++item) {
    for (size_t i = 0; i < 2; ++i) {
      const float sum = codes.centroids[0][static_cast<size_t>(codes.codes[item][0])][i] +
                        codes.centroids[1][static_cast<size_t>(codes.codes[item][1])][i];
      EXPECT_NEAR(sum, values[2 * item + i], .1);
    }
  }
}

TEST(ResidualKMeans, IsTheSameForTheSameSeed) {
  const std::vector<float> values = NestedSquares();
  EXPECT_EQ(ResidualKMeans(values, 2, 3, 8, 5).codes, ResidualKMeans(values, 2, 3, 8, 5).codes);
  EXPECT_EQ(ResidualKMeans(values, 2, 3, 8, 5).centroids, ResidualKMeans(values, 2, 3, 8, 5).centroids);
}

TEST(ResidualKMeans, LeavesCodesUnusedWhereItemsAreAlike) {
  const ItemCodes codes = ResidualKMeans({1, 0, 1, 0, 0, 1}, 2, 2, 4, 0);
  EXPECT_EQ(codes.codes[0], codes.codes[1]);
  EXPECT_NE(codes.codes[0], codes.codes[2]);
  EXPECT_TRUE(codes.centroids[0][3].empty());
}

}  // namespace
}  // namespace suite
