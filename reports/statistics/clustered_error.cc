#include "reports/statistics/clustered_error.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/check.h"

namespace suite {

std::vector<size_t> ClusterIndices(const std::vector<std::string>& names) {
  std::map<std::string, size_t> index_of;
  std::vector<size_t> indices;
  indices.reserve(names.size());
  for (const std::string& name : names) indices.push_back(index_of.emplace(name, index_of.size()).first->second);
  return indices;
}

ClusteredError ClusteredErrorOfMean(const std::vector<double>& values, const std::vector<size_t>& clusters) {
  SUITE_CHECK_EQ(values.size(), clusters.size());
  ClusteredError error;
  error.mean = Mean(values);
  error.clusters = 1 + *std::max_element(clusters.begin(), clusters.end());
  SUITE_CHECK_GE(error.clusters, size_t{2});
  std::vector<double> sums(error.clusters, 0);
  for (size_t i = 0; i < values.size(); ++i) sums[clusters[i]] += values[i] - error.mean;
  double squares = 0;
  for (double sum : sums) squares += sum * sum;
  error.standard_error = std::sqrt(squares) / static_cast<double>(values.size());
  return error;
}

}  // namespace suite
