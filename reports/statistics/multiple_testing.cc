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

std::vector<double> BenjaminiHochberg(const std::vector<double>& p_values) {
  const std::vector<size_t> order = RisingOrder(p_values);
  const double tests = static_cast<double>(order.size());
  std::vector<double> adjusted(p_values.size());
  double smallest = 1;
  for (size_t place = order.size(); place > 0; --place) {
    smallest = std::min(smallest, p_values[order[place - 1]] * tests / static_cast<double>(place));
    adjusted[order[place - 1]] = smallest;
  }
  return adjusted;
}

}  // namespace suite
