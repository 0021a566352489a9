#include "datasets/importers/item_table.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/text/utf8.h"
#include "datasets/importers/item_mentions.h"

namespace suite {
namespace {

using nlohmann::json;

std::string NonEmpty(const JsonObject& row, const std::string& key) {
  std::string text = row.String(key);
  if (text.empty()) throw InputError(row.At(key), "an empty string", "a text, or no '" + key + "'");
  return text;
}

TableItem ItemOf(const JsonObject& row) {
  row.AllowOnly({"codes", "id", "text", "title", "year"});
  TableItem one;
  one.id = NonEmpty(row, "id");
  one.has_title = row.Has("title");
  one.item.name = {one.has_title ? NonEmpty(row, "title") : one.id, YearOf(row).value_or(kNoYear)};
  if (row.Has("text")) one.item.text = row.String("text");
  if (row.Has("codes")) one.item.codes = row.Strings("codes");
  return one;
}

}  // namespace

std::optional<int> YearOf(const JsonObject& row) {
  if (!row.Has("year") || row.Get("year").is_null()) return std::nullopt;
  const int64_t year = row.Integer("year");
  if (year < 0 || year > 9999) throw InputError(row.At("year"), "found " + std::to_string(year), "0 to 9999, or null");
  return static_cast<int>(year);
}

ItemTable::ItemTable(std::string_view text, const std::string& name) : name_(name) {
  size_t number = 0;
  for (const std::string_view line : LinesOf(text, name)) {
    const std::string where = name + ":" + std::to_string(++number);
    const json parsed = ParseJsonLine(line, where);
    const JsonObject row(parsed, where);
    TableItem one = ItemOf(row);
    const auto [first, fresh] = positions_.emplace(one.id, items_.size());
    if (!fresh) {
      throw InputError(row.At("id"),
                       "'" + ShownText(one.id) + "' is on line " + std::to_string(first->second + 1) + " too",
                       "each id once");
    }
    if (one.has_title) with_title_[one.item.name.title].push_back(items_.size());
    items_.push_back(std::move(one));
  }
}

Item ItemTable::FromJson(const JsonObject& reference) const {
  reference.AllowOnly({"id", "title", "year"});
  if (reference.Has("id")) {
    const std::string id = reference.String("id");
    if (Has(id)) return {id, kNoYear};
    throw InputError(reference.At("id"), "'" + ShownText(id) + "' is no item of " + name_, "an id of an item there");
  }
  const std::string title = reference.String("title");
  const std::optional<int> year = YearOf(reference);
  std::vector<size_t> found;
  const auto alike = with_title_.find(title);
  for (const size_t i : alike == with_title_.end() ? std::vector<size_t>() : alike->second) {
    if (!year || items_[i].item.name.year == *year) found.push_back(i);
  }
  if (found.size() == 1) return {items_[found[0]].id, kNoYear};
  throw InputError(reference.At("title"),
                   "'" + ShownText(title) + "' is the title of " + std::to_string(found.size()) + " items of " + name_,
                   "a title, and perhaps a year, of one item there, or its id");
}

std::optional<Item> ItemTable::Find(const std::string& id_or_title) const {
  if (Has(id_or_title)) return Item{id_or_title, kNoYear};
  const auto alike = with_title_.find(id_or_title);
  if (alike == with_title_.end() || alike->second.size() != 1) return std::nullopt;
  return Item{items_[alike->second[0]].id, kNoYear};
}

void ItemTable::CheckMentions(std::string_view text, const std::string& where) const {
  ReplaceMentions(text, [&](const std::string& id) {
    if (!Has(id))
      throw InputError(where, "{item " + ShownText(id) + "} is no item of " + name_, "an id of an item there");
    return id;
  });
}

}  // namespace suite
