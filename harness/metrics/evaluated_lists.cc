#include "harness/metrics/evaluated_lists.h"

namespace suite {

ListItems::ListItems(std::vector<ListItem>* items) : items_(items) {
  for (size_t i = 0; i < items->size(); ++i) {
    places_[{(*items)[i].title, (*items)[i].year}] = static_cast<int64_t>(i);
  }
}

int64_t ListItems::Place(const ListItem& item) {
  const auto [found, is_new] = places_.try_emplace({item.title, item.year}, static_cast<int64_t>(items_->size()));
  if (is_new) items_->push_back(item);
  return found->second;
}

void AppendRanks(const EvaluatedLists& more, EvaluatedLists* lists) {
  if (lists->split.empty()) {
    *lists = more;
    return;
  }
  ListItems items(&lists->items);
  for (RankEntry rank : more.ranks) {
    rank.item = items.Place(more.items[static_cast<size_t>(rank.item)]);
    lists->ranks.push_back(std::move(rank));
  }
}

}  // namespace suite
