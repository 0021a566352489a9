#include "harness/run/record_lists.h"

#include "base/check.h"
#include "base/text/utf8.h"
#include "datasets/core/item.h"
#include "datasets/core/item_form.h"
#include "datasets/judging/judged_list.h"

namespace suite {
namespace {

// A title as a store can hold it: without NUL bytes and not too long.
std::string Storable(std::string title, bool in_catalog) {
  if (!in_catalog) title = ShownText(title, kLongestForeignTitle);
  for (size_t at = title.find('\0'); at != std::string::npos; at = title.find('\0', at)) {
    title.replace(at, 1, "\uFFFD");
  }
  return title;
}

ListItem ListItemOf(const Item& item, const Catalog& catalog) {
  const bool in_catalog = catalog.Find(item).has_value();
  const int64_t year = item.year == kNoYear ? kUnknownYear : item.year;
  return {Storable(item.title, in_catalog), year, in_catalog, catalog.ContainsLowerCase(item)};
}

// What a conversation wanted and what it had seen.
void AddConversation(const Conversation& conversation, int64_t place, const Catalog& catalog, ListItems* items,
                     EvaluatedLists* lists) {
  for (const GroundTruth& wanted : conversation.ground_truth) {
    const ListItem item =
        wanted.year ? ListItemOf({wanted.title, *wanted.year}, catalog) : ListItem{Storable(wanted.title, false)};
    lists->ground_truth.push_back({place, items->Place(item)});
  }
  for (const std::string& title : conversation.seen_titles) {
    // A film's title is not yet an item; what is written without a year is.
    const ListItem item = catalog.form() == ItemForm::kTitleYear
                              ? ListItem{Storable(title, !catalog.FindTitle(title).empty())}
                              : ListItemOf({title, kNoYear}, catalog);
    lists->seen.push_back({place, items->Place(item)});
  }
}

}  // namespace

EvaluatedLists RecordLists(const std::string& split, int64_t step, const std::vector<Conversation>& conversations,
                           const std::vector<EvaluatedAnswer>& judged, const Catalog& catalog) {
  SUITE_CHECK_EQ(judged.size(), conversations.size());
  EvaluatedLists lists;
  lists.split = split;
  ListItems items(&lists.items);
  for (size_t c = 0; c < conversations.size(); ++c) {
    const auto place = static_cast<int64_t>(c);
    AddConversation(conversations[c], place, catalog, &items, &lists);
    for (const EvaluatedItem& item : judged[c].items) {
      const std::string verdict(RecordedVerdict(item.verdict, item.reason));
      lists.ranks.push_back(
          {step, place, item.line, items.Place(ListItemOf(item.item, catalog)), verdict, item.repeated});
    }
  }
  return lists;
}

}  // namespace suite
