// The closed list of (title, year) items that may be recommended, and the named rules for looking one up.
//
// An item's id is its position in the list. The authors use two rules, one beside the other:
//
//   Catalog catalog = Catalog::FromTsv("datasets/reddit_v2_catalog.tsv");
//   catalog.Find({"Heat", 1995});                 // id or nullopt: exact title and year, as reward and metrics demand
//   catalog.ContainsLowerCase({"heat", 1996});    // lower-cased title, some year within 2: the in-catalog ratio
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

namespace suite {

// Where the Reddit-v2 catalog of the paper lies, in the source tree and in the runfiles.
inline constexpr char kRedditV2CatalogPath[] = "datasets/reddit_v2_catalog.tsv";

class Catalog {
 public:
  // Throws InputError when one (title, year) occurs twice.
  explicit Catalog(std::vector<Item> items);

  // Reads lines `title<TAB>year` under one header line `title<TAB>year`; UTF-8. A year is an integer from 0 to 9999.
  // Throws InputError naming file and line.
  static Catalog FromTsv(const std::string& path);

  // The same from memory; `name` stands for the file in errors.
  static Catalog ParseTsv(std::string_view text, const std::string& name);

  int size() const { return static_cast<int>(items_.size()); }
  const std::vector<Item>& items() const { return items_; }
  const Item& item(int id) const { return items_.at(static_cast<size_t>(id)); }

  // The id of exactly this title and year.
  std::optional<int> Find(const Item& item) const;

  // The ids of this title, letter for letter, under any year; rising.
  std::vector<int> FindTitle(std::string_view title) const;

  // Is the lower-cased title in the catalog with a year at most `year_tolerance` away?
  bool ContainsLowerCase(const Item& item, int year_tolerance = 2) const;

 private:
  std::vector<Item> items_;
  std::unordered_map<std::string, std::map<int, int>> ids_;                // title -> year -> id
  std::unordered_map<std::string, std::vector<int>> years_of_lower_case_;  // lower-cased title -> years
};

}  // namespace suite
