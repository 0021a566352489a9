#include "reports/statistics/clustered_error.h"

#include <gtest/gtest.h>

#include <cmath>

#include "reports/statistics/statistics.h"

namespace suite {
namespace {

TEST(ClusteredErrorTest, ClustersAreNumberedAsTheyAppear) {
  EXPECT_EQ(ClusterIndices({"b", "a", "b", "c"}), (std::vector<size_t>{0, 1, 0, 2}));
}

// Mean 1; cluster sums of deviations: (0 - 1) + (0 - 1) = -2 and (2 - 1) + (2 - 1) = 2: SE = sqrt(8) / 4.
TEST(ClusteredErrorTest, ByHand) {
  const ClusteredError error = ClusteredErrorOfMean({0, 0, 2, 2}, {0, 0, 1, 1});
  EXPECT_EQ(error.mean, 1);
  EXPECT_EQ(error.clusters, 2u);
  EXPECT_DOUBLE_EQ(error.standard_error, std::sqrt(8.0) / 4);
  // Opposite values within a cluster cancel.
  EXPECT_EQ(ClusteredErrorOfMean({0, 2, 0, 2}, {0, 0, 1, 1}).standard_error, 0);
}

TEST(ClusteredErrorTest, OneValueAClusterIsThePopulationError) {
  const std::vector<double> values = {0.3, 0.1, 0.9, 0.4, 0.4};
  EXPECT_NEAR(ClusteredErrorOfMean(values, {0, 1, 2, 3, 4}).standard_error,
              SampleStd(values) * std::sqrt(4.0 / 5) / std::sqrt(5.0), 1e-15);
}

// Copying every value m times within its cluster brings no information.
TEST(ClusteredErrorTest, CopiesDoNotNarrowIt) {
  std::vector<double> values;
  std::vector<size_t> clusters;
  for (size_t i = 0; i < 12; ++i) {
    values.push_back(i / 3 % 2 ? 0.7 : 0.1 * static_cast<double>(i / 3));
    clusters.push_back(i / 3);
  }
  EXPECT_NEAR(ClusteredErrorOfMean(values, clusters).standard_error,
              ClusteredErrorOfMean({0, 0.7, 0.2, 0.7}, {0, 1, 2, 3}).standard_error, 1e-15);
}

}  // namespace
}  // namespace suite
