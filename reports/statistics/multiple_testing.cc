#include "reports/statistics/multiple_testing.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace suite {
namespace {

std::vector<size_t> RisingOrder(const std::vector<double>& p_values) {
  std::vector<size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return p_values[a] < p_values[b]; });
  for (double p : p_values) SUITE_CHECK(p >= 0 && p <= 1);
  return order;
}

}  // namespace

std::vector<double> Holm(const std::vector<double>& p_values) {
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  size_t remaining = p_values.size();
  for (size_t i : RisingOrder(p_values)) {
    largest = std::max(largest, std::min(1.0, p_values[i] * static_cast<double>(remaining--)));
    adjusted[i] = largest;
  }
  return adjusted;
}

std::vector<HolmStep> HolmSteps(const std::vector<double>& p_values, double alpha) {
  const std::vector<double> adjusted = Holm(p_values);
  const auto rejected = std::count_if(adjusted.begin(), adjusted.end(), [alpha](double p) { return p < alpha; });
  std::vector<HolmStep> steps(p_values.size());
  long place = 0;
  for (size_t i : RisingOrder(p_values)) {
    steps[i] = {p_values[i], adjusted[i], alpha / static_cast<double>(p_values.size() - static_cast<size_t>(place))};
    if (place < rejected) ++place;
  }
  return steps;
}

}  // namespace suite
