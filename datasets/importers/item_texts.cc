#include "datasets/importers/item_texts.h"

#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text/utf8.h"
#include "datasets/core/item.h"
#include "datasets/judging/answer_parser.h"
#include "datasets/judging/title_rules.h"

namespace suite {
namespace {

std::vector<std::string> ColumnsOf(std::string_view line) {
  std::vector<std::string> columns;
  for (;;) {
    const size_t tab = line.find('\t');
    columns.emplace_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return columns;
    line.remove_prefix(tab + 1);
  }
}

// The columns after the title, without those that are empty.
std::string TextOf(const std::vector<std::string>& columns) {
  std::string text;
  for (size_t i = 1; i < columns.size(); ++i) {
    if (!columns[i].empty()) text += (text.empty() ? "" : ". ") + columns[i];
  }
  return text;
}

std::optional<int> FindNamed(const std::string& title, const TitleIndex& index) {
  const std::vector<ParsedItem> parsed = ParseAnswer(title);
  if (parsed.size() == 1) {
    if (const std::optional<int> found = index.Find(parsed[0].item.title, parsed[0].item.year)) return found;
  }
  return index.FindOnly(title);
}

}  // namespace

void AddItemTexts(const std::string& path, Catalog* catalog, SourceData* source) {
  if (!source->items.empty()) {
    throw InputError("item_texts", "'" + path + "' is not read: the data set lists its items itself",
                     "their texts there");
  }
  std::vector<ItemDetails> details;
  std::vector<Item> names;
  for (int id = 0; id < catalog->size(); ++id) {
    details.push_back(catalog->Details(id));
    names.push_back(details.back().name);
  }
  const TitleIndex index(names);
  const std::string bytes = ReadDataFile("", path, &source->files);
  size_t number = 0, width = 0, found = 0;
  for (const std::string_view line : LinesOf(bytes, path)) {
    const std::string where = path + ":" + std::to_string(++number);
    if (FirstInvalidUtf8(line)) throw InputError(where, "the line is not UTF-8", "UTF-8 text");
    const std::vector<std::string> columns = ColumnsOf(line);
    if (number == 1) width = columns.size();
    if (number == 1 && (columns[0] != "title" || width < 2)) {
      throw InputError(where, "header '" + ShownText(line) + "'", "title and at least one other column, tabs between");
    }
    if (columns.size() != width) {
      throw InputError(where, std::to_string(columns.size()) + " columns",
                       std::to_string(width) + ", as the header has");
    }
    const std::optional<int> id = number == 1 ? std::nullopt : FindNamed(columns[0], index);
    if (!id || !details[static_cast<size_t>(*id)].text.empty()) continue;
    details[static_cast<size_t>(*id)].text = TextOf(columns);
    ++found;
  }
  source->notes.push_back("texts for " + std::to_string(found) + " of " + std::to_string(catalog->size()) + " items");
  *catalog = Catalog(catalog->form(), catalog->items(), std::move(details));
}

}  // namespace suite
