// The closed list of items that may be recommended, how they are written, and the named rules for looking one up.
//
// An item's id is its position in the list. The authors use two rules, one beside the other:
//
//   Catalog catalog = Catalog::FromTsv("datasets/reddit_v2_catalog.tsv");
//   catalog.Find({"Heat", 1995});                 // id or nullopt: exact title and year, as reward and metrics demand
//   catalog.ContainsLowerCase({"heat", 1996});    // lower-cased title, some year within 2: the in-catalog ratio
//
// An item is what an answer writes: a title and a year for films, and for every other form (item_form.h) that form as
// the title, without a year. What people call such an item is among its details:
//
//   Catalog products(ItemForm::kCodes, {{"<a_1><b_2>", kNoYear}}, {{{"Rose soap", kNoYear}, "Gentle.", 2}});
//   products.Details(0).name.title                // "Rose soap", the first of the two items that share these codes
//   products.Share(0)                             // 1 / 2: what a hit on it is worth
//
// Source: the authors' libs/metrics_align.py and libs/metrics.py (exact pair), evaluate/eval_grpo_val.py (ratio).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "datasets/core/item.h"
#include "datasets/core/item_form.h"

namespace suite {

// Where the Reddit-v2 catalog of the paper lies, in the source tree and in the runfiles.
inline constexpr char kRedditV2CatalogPath[] = "datasets/reddit_v2_catalog.tsv";

// What is known of an item beside its written form.
struct ItemDetails {
  Item name;         // what people call it; the year is kNoYear where there is none
  std::string text;  // more about it, for an embedder of texts; may be empty
  int sharing = 1;   // how many real items are written like this
};

class Catalog {
 public:
  // Throws InputError when one (title, year) occurs twice.
  explicit Catalog(std::vector<Item> items);

  // `written` and `details` are of one length. Throws InputError when one written form occurs twice.
  Catalog(ItemForm form, std::vector<Item> written, std::vector<ItemDetails> details);

  // Reads lines `title<TAB>year` under one header line `title<TAB>year`; UTF-8. A year is an integer from 0 to 9999.
  // Throws InputError naming file and line.
  static Catalog FromTsv(const std::string& path);

  // The same from memory; `name` stands for the file in errors.
  static Catalog ParseTsv(std::string_view text, const std::string& name);

  ItemForm form() const { return form_; }
  int size() const { return static_cast<int>(items_.size()); }
  const std::vector<Item>& items() const { return items_; }
  const Item& item(int id) const { return items_.at(static_cast<size_t>(id)); }

  // Of a catalogue without details: the item itself.
  ItemDetails Details(int id) const;

  // 1 / the number of real items that are written like this: what a hit on it counts.
  double Share(int id) const;

  // The id of exactly this title and year.
  std::optional<int> Find(const Item& item) const;

  // The ids of this title, letter for letter, under any year; rising.
  std::vector<int> FindTitle(std::string_view title) const;

  // Is the lower-cased title in the catalog with a year at most `year_tolerance` away?
  bool ContainsLowerCase(const Item& item, int year_tolerance = 2) const;

 private:
  ItemForm form_ = ItemForm::kTitleYear;
  std::vector<Item> items_;
  std::vector<ItemDetails> details_;                                       // empty, or one an item
  std::unordered_map<std::string, std::map<int, int>> ids_;                // title -> year -> id
  std::unordered_map<std::string, std::vector<int>> years_of_lower_case_;  // lower-cased title -> years
};

}  // namespace suite
