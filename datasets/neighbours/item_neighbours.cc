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
      CountPairs(taken, i, 1, &neighbours_[static_cast<size_t>(taken[i])]);
    }
  }
  std::iota(by_popularity_.begin(), by_popularity_.end(), 0);
  std::stable_sort(by_popularity_.begin(), by_popularity_.end(), [&](int a, int b) { return Count(a) > Count(b); });
}

void ItemNeighbours::CountPairs(const std::vector<int>& taken, size_t place, double sign, Votes* votes) const {
  if (place + 1 < taken.size()) (*votes)[taken[place + 1]] += sign * weights_.next;
  if (place + 2 < taken.size()) (*votes)[taken[place + 2]] += sign * weights_.next_but_one;
  if (place > 0) (*votes)[taken[place - 1]] += sign * weights_.backwards;
}

std::vector<int> ItemNeighbours::List(const std::vector<int>& history, size_t length, const std::set<int>& excluded,
                                      const std::vector<int>& own) const {
  std::map<int, double> votes;
  const size_t voters = std::min(history.size(), static_cast<size_t>(weights_.voters));
  for (size_t age = 0; age < voters; ++age) {
    const int item = history[history.size() - 1 - age];
    Votes of_item = neighbours_.at(static_cast<size_t>(item));
    for (size_t i = 0; i < own.size(); ++i) {
      if (own[i] == item) CountPairs(own, i, -1, &of_item);
    }
    for (const auto& [neighbour, weight] : of_item) {
      if (weight > 0 && excluded.count(neighbour) == 0) votes[neighbour] += weight / static_cast<double>(1 + age);
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
