// A list of a data set's items, one JSON object a line: what conversation_jsonl.h reads beside the samples, so that
// items need not be films.
//
//   {"id": "17", "title": "Kim", "text": "A boy and a lama on the road.", "codes": ["<a_3>", "<b_0>"]}
//
//   ItemTable table(text, "items.jsonl");
//   table.FromJson(JsonObject(...))         // {"id": "17"} or {"title": "Kim"}: {"17", kNoYear}
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/checked_json.h"
#include "datasets/core/item.h"
#include "datasets/importers/source_data.h"

namespace suite {

// The value of `year`, which may be left out or null. Throws InputError for other years than 0 to 9999.
std::optional<int> YearOf(const JsonObject& row);

class ItemTable {
 public:
  // One object a line: `id` (unique), and perhaps `title`, `year` (0 to 9999), `text`, `codes`. Without a title the id
  // is the name. `name` stands for the file in errors. Throws InputError naming file, line and key.
  ItemTable(std::string_view text, const std::string& name);

  const std::vector<TableItem>& items() const { return items_; }

  bool Has(const std::string& id) const { return positions_.count(id) > 0; }

  // The item that {"id": ...}, or {"title": ..., "year": ...}, stands for. Throws InputError where it is none, or where
  // several have this title.
  Item FromJson(const JsonObject& reference) const;

  // The item with this id, or else the only one with this title.
  std::optional<Item> Find(const std::string& id_or_title) const;

  // Throws InputError naming `where` unless each {item ID} in `text` names an item.
  void CheckMentions(std::string_view text, const std::string& where) const;

 private:
  std::string name_;
  std::vector<TableItem> items_;
  std::map<std::string, size_t> positions_;                // by id
  std::map<std::string, std::vector<size_t>> with_title_;  // by title
};

}  // namespace suite
