#include "datasets/neighbours/item_neighbours.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

namespace suite {

ItemNeighbours::ItemNeighbours(const std::vector<std::vector<int>>& sequences, int items,
                               const NeighbourWeights& weights)
    : weights_(weights),
      counts_(static_cast<size_t>(items), 0),
      by_popularity_(static_cast<size_t>(items)),
      neighbours_(static_cast<size_t>(items)) {
  for (const std::vector<int>& taken : sequences) {
    for (size_t i = 0; i < taken.size(); ++i) {
      ++counts_.at(static_cast<size_t>(taken[i]));
      auto& of_this = neighbours_[static_cast<size_t>(taken[i])];
      if (i + 1 < taken.size()) of_this[taken[i + 1]] += weights_.next;
      if (i + 2 < taken.size()) of_this[taken[i + 2]] += weights_.next_but_one;
      if (i > 0) of_this[taken[i - 1]] += weights_.backwards;
    }
  }
  std::iota(by_popularity_.begin(), by_popularity_.end(), 0);
  std::stable_sort(by_popularity_.begin(), by_popularity_.end(), [&](int a, int b) { return Count(a) > Count(b); });
}

std::vector<int> ItemNeighbours::List(const std::vector<int>& history, size_t length,
                                      const std::set<int>& excluded) const {
  std::map<int, double> votes;
  const size_t voters = std::min(history.size(), static_cast<size_t>(weights_.voters));
  for (size_t age = 0; age < voters; ++age) {
    const int item = history[history.size() - 1 - age];
    for (const auto& [neighbour, weight] : neighbours_.at(static_cast<size_t>(item))) {
      if (excluded.count(neighbour) == 0) votes[neighbour] += weight / static_cast<double>(1 + age);
    }
  }
  std::vector<std::pair<int, double>> ranked(votes.begin(), votes.end());
  std::sort(ranked.begin(), ranked.end(), [&](const auto& a, const auto& b) {
    if (a.second != b.second) return a.second > b.second;
    return Count(a.first) != Count(b.first) ? Count(a.first) > Count(b.first) : a.first < b.first;
  });
  std::vector<int> list;
  for (const auto& [item, vote] : ranked) {
    if (list.size() == length) break;
    list.push_back(item);
  }
  FillUp(length, excluded, &list);
  return list;
}

std::vector<int> ItemNeighbours::Popular(size_t length, const std::set<int>& excluded) const {
  std::vector<int> list;
  FillUp(length, excluded, &list);
  return list;
}

void ItemNeighbours::FillUp(size_t length, std::set<int> excluded, std::vector<int>* list) const {
  excluded.insert(list->begin(), list->end());
  for (const int item : by_popularity_) {
    if (list->size() >= length) return;
    if (excluded.count(item) == 0) list->push_back(item);
  }
}

}  // namespace suite
