#include "datasets/core/catalog.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "base/check.h"
#include "base/error.h"
#include "base/files.h"
#include "base/text/utf8.h"
#include "datasets/core/unicode_text.h"

namespace suite {
namespace {

constexpr std::string_view kHeader = "title\tyear";

Item ParseRow(std::string_view line, const std::string& where) {
  const size_t tab = line.find('\t');
  if (tab == std::string_view::npos || line.find('\t', tab + 1) != std::string_view::npos) {
    throw InputError(where, "'" + std::string(line) + "' is not two fields", "title<TAB>year");
  }
  const std::string_view title = line.substr(0, tab);
  const std::string_view year_text = line.substr(tab + 1);
  if (title.empty()) throw InputError(where, "the title is empty", "title<TAB>year");
  int year = 0;
  const char* end = year_text.data() + year_text.size();
  const auto [stop, error] = std::from_chars(year_text.data(), end, year);
  if (error != std::errc() || stop != end || year < 0 || year > 9999) {
    throw InputError(where, "year '" + std::string(year_text) + "'", "an integer from 0 to 9999");
  }
  return {std::string(title), year};
}

}  // namespace

Catalog::Catalog(std::vector<Item> items) : items_(std::move(items)) {
  for (int id = 0; id < size(); ++id) {
    const Item& item = items_[static_cast<size_t>(id)];
    if (!ids_[item.title].emplace(item.year, id).second) {
      throw InputError("catalog", "'" + FormatItem(item) + "' occurs twice", "each (title, year) once");
    }
    years_of_lower_case_[LowerCase(item.title)].push_back(item.year);
  }
}

Catalog::Catalog(ItemForm form, std::vector<Item> written, std::vector<ItemDetails> details)
    : Catalog(std::move(written)) {
  SUITE_CHECK_EQ(items_.size(), details.size());
  form_ = form;
  details_ = std::move(details);
}

ItemDetails Catalog::Details(int id) const {
  return details_.empty() ? ItemDetails{item(id), "", 1} : details_.at(static_cast<size_t>(id));
}

double Catalog::Share(int id) const {
  return details_.empty() ? 1.0 : 1.0 / details_.at(static_cast<size_t>(id)).sharing;
}

Catalog Catalog::FromTsv(const std::string& path) { return ParseTsv(ReadFile(path), path); }

Catalog Catalog::ParseTsv(std::string_view text, const std::string& name) {
  std::vector<Item> items;
  std::map<Item, int> line_of;
  int line_number = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line(text.data() + begin, end - begin);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    begin = end + 1;
    const std::string where = name + ":" + std::to_string(++line_number);
    if (FirstInvalidUtf8(line)) throw InputError(where, "the line is not UTF-8", "UTF-8 text");
    if (line_number == 1) {
      if (line != kHeader) throw InputError(where, "header '" + std::string(line) + "'", "title<TAB>year");
      continue;
    }
    items.push_back(ParseRow(line, where));
    const auto [first, fresh] = line_of.emplace(items.back(), line_number);
    if (!fresh) {
      throw InputError(where, "'" + FormatItem(items.back()) + "' is on line " + std::to_string(first->second) + " too",
                       "each (title, year) once");
    }
  }
  if (line_number == 0) throw InputError(name, "the file is empty", "a header line title<TAB>year, then items");
  return Catalog(std::move(items));
}

std::optional<int> Catalog::Find(const Item& item) const {
  const auto years = ids_.find(item.title);
  if (years == ids_.end()) return std::nullopt;
  const auto id = years->second.find(item.year);
  if (id == years->second.end()) return std::nullopt;
  return id->second;
}

std::vector<int> Catalog::FindTitle(std::string_view title) const {
  std::vector<int> found;
  const auto years = ids_.find(std::string(title));
  if (years == ids_.end()) return found;
  for (const auto& [year, id] : years->second) found.push_back(id);
  std::sort(found.begin(), found.end());
  return found;
}

bool Catalog::ContainsLowerCase(const Item& item, int year_tolerance) const {
  const auto years = years_of_lower_case_.find(LowerCase(item.title));
  if (years == years_of_lower_case_.end()) return false;
  return std::any_of(years->second.begin(), years->second.end(),
                     [&](int year) { return std::abs(year - item.year) <= year_tolerance; });
}

}  // namespace suite
