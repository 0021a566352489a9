// The standard error of a mean whose values come in clusters.
//
// Scores of one context (all answers of Reddit users to one post) rise and fall together: Reddit-v2's 10,972 test
// samples share about 2,050 contexts. Taken for independent, they would make intervals far too narrow.
//
//   const std::vector<size_t> contexts_C = ClusterIndices({"post-1", "post-1", "post-2"});     // {0, 0, 1}
//   ClusteredError error = ClusteredErrorOfMean(scores_C, contexts_C);
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/statistics/statistics.h"

namespace suite {

struct ClusteredError {
  double mean = 0;
  double standard_error = 0;
  size_t clusters = 0;
};

// Numbers the names in order of their first appearance.
std::vector<size_t> ClusterIndices(const std::vector<std::string>& names);

// SE^2 = sum over clusters (sum over its values (value - mean))^2 / n^2: the cluster-robust error of a mean (Miller,
// arXiv 2411.00640, section 2.2; CR0 of Liang and Zeger 1986). No correction for few clusters. With one value in each
// cluster it is the population standard deviation over sqrt(n). Needs two clusters.
ClusteredError ClusteredErrorOfMean(const std::vector<double>& values, const std::vector<size_t>& clusters);

}  // namespace suite
