#include "datasets/miniature/config.h"

#include <cmath>
#include <numeric>
#include <string>

#include "base/error.h"

namespace suite {
namespace {

void RequireAtLeast(const std::string& key, int value, int least) {
  if (value < least) {
    throw InputError("miniature." + key, std::to_string(value), "an integer from " + std::to_string(least) + " on");
  }
}

void RequireProbabilities(const std::string& key, const std::vector<double>& probabilities) {
  const double sum = std::accumulate(probabilities.begin(), probabilities.end(), 0.0);
  bool usable = !probabilities.empty() && std::abs(sum - 1.0) < 1e-9;
  for (const double p : probabilities) usable = usable && p >= 0;
  if (!usable) {
    throw InputError("miniature." + key,
                     std::to_string(probabilities.size()) + " values with sum " + std::to_string(sum),
                     "numbers from 0 on with sum 1");
  }
}

}  // namespace

void CheckMiniatureConfig(const MiniatureConfig& config) {
  RequireAtLeast("list_length", config.list_length, 1);
  RequireProbabilities("n_liked_probability", config.n_liked_probability);
  RequireProbabilities("n_ground_truth_probability", config.n_ground_truth_probability);
  const auto liked = static_cast<int>(config.n_liked_probability.size());
  const auto wanted = static_cast<int>(config.n_ground_truth_probability.size());
  RequireAtLeast("n_catalog", config.n_catalog, liked + wanted);
  RequireAtLeast("n_out_of_catalog", config.n_out_of_catalog, 0);
  RequireAtLeast("n_catalog + n_out_of_catalog", config.n_catalog + config.n_out_of_catalog,
                 std::max(config.list_length + liked, config.web_list_max));
  RequireAtLeast("n_train", config.n_train, 0);
  RequireAtLeast("n_validation", config.n_validation, 0);
  RequireAtLeast("n_test", config.n_test, 0);
  RequireAtLeast("n_web", config.n_web, 0);
  RequireAtLeast("content_dim", config.content_dim, 1);
  RequireAtLeast("taste_dim", config.taste_dim, 1);
  RequireAtLeast("n_taste_clusters", config.n_taste_clusters, 1);
  RequireAtLeast("web_list_min", config.web_list_min, 1);
  RequireAtLeast("web_list_max", config.web_list_max, config.web_list_min);
}

}  // namespace suite
