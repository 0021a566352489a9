// Which items users take one after another, counted: a recommender without a model. It is the baseline that a learned
// policy has to beat, and a teacher whose lists cost nothing.
//
//   ItemNeighbours neighbours({{3, 17, 5}, {17, 5}}, /*items=*/100);    // what each user or dialogue named, in order
//   neighbours.List({3, 17}, 10, /*excluded=*/{3, 17});                 // 5 first, then the most popular ones
//   neighbours.Popular(10, {});                                         // 5, 17, 3, 0, 1, ...
//
// A pair of items a, b counts for b as a neighbour of a: `next` where b comes right after a, `next_but_one` where one
// item lies between them, and `backwards` for a as a neighbour of b where b comes right after a. The last `voters`
// items of a history vote, each with the counts of its neighbours divided by 1 + the number of items that came after
// it. Ties go to the item that was taken more often, then to the lower number; a list that the votes do not fill goes
// on with the most popular items.
//
// The defaults are those of a trial on Amazon Beauty, chosen before its test split was looked at; there the method is
// ahead of published sequential recommenders (the report of //experiments:beauty has the figures).
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <unordered_map>
#include <vector>

namespace suite {

struct NeighbourWeights {
  double next = 2;
  double next_but_one = 1;
  double backwards = 1;
  int voters = 5;
};

class ItemNeighbours {
 public:
  // Items are numbered from 0 to items - 1.
  ItemNeighbours(const std::vector<std::vector<int>>& sequences, int items, const NeighbourWeights& weights = {});

  // At most `length` items that are not excluded, best first. `history` is in the order of time, the last one most
  // recent. The votes leave out what the sequence `own`, one of those counted, has added to them: a user who is among
  // those counted is then served like one who is not.
  std::vector<int> List(const std::vector<int>& history, size_t length, const std::set<int>& excluded,
                        const std::vector<int>& own = {}) const;

  // The items that were taken most often, by the same rule for ties.
  std::vector<int> Popular(size_t length, const std::set<int>& excluded) const;

  // How often an item was taken.
  int64_t Count(int item) const { return counts_.at(static_cast<size_t>(item)); }

 private:
  using Votes = std::unordered_map<int, double>;  // by item

  // Adds the counts of the pairs that the item at `place` of a sequence makes, times `sign`.
  void CountPairs(const std::vector<int>& taken, size_t place, double sign, Votes* votes) const;
  void FillUp(size_t length, std::set<int> excluded, std::vector<int>* list) const;

  NeighbourWeights weights_;
  std::vector<int64_t> counts_;
  std::vector<int> by_popularity_;
  std::vector<Votes> neighbours_;  // by item: how much each other one counts
};

}  // namespace suite
