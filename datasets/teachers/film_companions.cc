#include "datasets/teachers/film_companions.h"

#include <cmath>
#include <set>

namespace suite {

FilmCompanions::FilmCompanions(const std::vector<std::vector<int>>& conversations, int films)
    : counts_(static_cast<size_t>(films), 0), together_(static_cast<size_t>(films)) {
  for (const std::vector<int>& named : conversations) {
    const std::set<int> distinct(named.begin(), named.end());
    for (const int a : distinct) {
      ++counts_.at(static_cast<size_t>(a));
      for (const int b : distinct) {
        if (a != b) ++together_[static_cast<size_t>(a)][b];
      }
    }
  }
}

std::vector<double> FilmCompanions::Nearness(const std::vector<int>& films) const {
  std::vector<double> nearness(counts_.size(), 0);
  const double share = films.empty() ? 0 : 1.0 / static_cast<double>(films.size());
  for (const int film : films) {
    const auto f = static_cast<size_t>(film);
    nearness.at(f) += share;
    for (const auto& [other, together] : together_[f]) {
      const auto o = static_cast<size_t>(other);
      nearness[o] += share * static_cast<double>(together) /
                     std::sqrt(static_cast<double>(counts_[f]) * static_cast<double>(counts_[o]));
    }
  }
  return nearness;
}

}  // namespace suite
