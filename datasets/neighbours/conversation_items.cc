#include "datasets/neighbours/conversation_items.h"

#include <algorithm>
#include <optional>
#include <string>

namespace suite {
namespace {

std::vector<int> Seen(const Conversation& conversation, const Catalog& catalog) {
  std::vector<int> items;
  for (const std::string& title : conversation.seen_titles) {
    const std::vector<int> ids = catalog.FindTitle(title);
    items.insert(items.end(), ids.begin(), ids.end());
  }
  return items;
}

}  // namespace

std::vector<int> HistoryOf(const Conversation& conversation, const Catalog& catalog) {
  std::vector<int> items;
  for (const Item& item : conversation.liked) {
    if (const std::optional<int> id = catalog.Find(item)) items.push_back(*id);
  }
  return items.empty() ? Seen(conversation, catalog) : items;
}

std::set<int> ExcludedBy(const Conversation& conversation, const Catalog& catalog) {
  std::set<int> excluded;
  for (const std::vector<int>& items : {HistoryOf(conversation, catalog), Seen(conversation, catalog)}) {
    excluded.insert(items.begin(), items.end());
  }
  return excluded;
}

std::vector<int> ItemsNamedIn(const Conversation& conversation, const Catalog& catalog) {
  std::vector<int> items;
  const auto add = [&](int id) {
    if (std::find(items.begin(), items.end(), id) == items.end()) items.push_back(id);
  };
  for (const int id : HistoryOf(conversation, catalog)) add(id);
  for (const GroundTruth& wanted : conversation.ground_truth) {
    const std::optional<int> id = wanted.year ? catalog.Find({wanted.title, *wanted.year}) : std::nullopt;
    if (id) add(*id);
  }
  return items;
}

}  // namespace suite
