// What the metrics of a run's evaluations are made of: whom each conversation wanted, what it had seen, and every item
// that was answered with its verdict. With it others check matching and metrics without this suite
// (tests/outside/recompute.py does).
//
//   EvaluatedLists lists = run.lists;
//   for (const RankEntry& rank : lists.ranks) lists.items[rank.item].title;
//
// In the store, group /lists/SPLIT: items/{title, year, in_catalog, near_catalog}, ground_truth/{conversation, item},
// seen/{conversation, item}, ranks/{step, conversation, line, item, verdict, repeated}. `conversation` is a place in
// /scores/SPLIT/conversation_ids, `item` one in items; numbers are int64, flags 0 or 1.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace suite {

// A ground truth whose year is no number, an item that is written without one, and an item of the conversation's
// history, which is known by its title only.
inline constexpr int64_t kUnknownYear = -1;

struct ListItem {
  std::string title;
  int64_t year = kUnknownYear;
  bool in_catalog = false;    // exactly this title and year: what a hit needs
  bool near_catalog = false;  // lower-cased title, a year within the tolerance: what the in-catalogue ratio counts
};

struct ListEntry {
  int64_t conversation = 0;
  int64_t item = 0;
};

// One item that was answered, in the answer's order; also beyond the list's length, because metrics drop what was seen
// or is not in the catalogue, and later items move up.
struct RankEntry {
  int64_t step = 0;  // of the evaluation
  int64_t conversation = 0;
  int64_t line = 0;  // of the answer, from 0
  int64_t item = 0;
  // The first that applies: "seen", "wrong_year", "other_spelling" or "unknown_title" (out of the catalogue), "hit",
  // "duplicate", "miss" (datasets/judging/judged_list.h).
  std::string verdict;
  bool repeated = false;  // the answer gave this item (title normalised) before, whatever the verdicts
};

struct EvaluatedLists {
  std::string split;  // empty: nothing is recorded
  std::vector<ListItem> items;
  std::vector<ListEntry> ground_truth;
  std::vector<ListEntry> seen;
  std::vector<RankEntry> ranks;  // by step, conversation, place in the answer
};

// Finds items by title and year, and adds those that are new.
class ListItems {
 public:
  explicit ListItems(std::vector<ListItem>* items);
  int64_t Place(const ListItem& item);

 private:
  std::vector<ListItem>* items_;
  std::map<std::pair<std::string, int64_t>, int64_t> places_;
};

// The ranks of another evaluation of the same conversations, after those that are there.
void AppendRanks(const EvaluatedLists& more, EvaluatedLists* lists);

}  // namespace suite
