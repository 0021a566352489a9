#include "datasets/forms/written_items.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "datasets/forms/residual_kmeans.h"
#include "datasets/judging/answer_parser.h"

namespace suite {
namespace {

std::string NameOf(const SourceItem& item, size_t position) {
  return "item " + std::to_string(position) + " ('" + FormatItem(item.name) + "')";
}

// How many rows of codes there are, as far as it matters.
int64_t Combinations(int levels, int size, int64_t enough) {
  int64_t rows = 1;
  for (int level = 0; level < levels && rows < enough; ++level) rows *= size;
  return rows;
}

int SizeThatFits(int levels, int64_t items) {
  constexpr int kLeast = 16, kMost = 256, kRoom = 4;
  int size = kLeast;
  while (size < kMost && Combinations(levels, size, kRoom * items) < kRoom * items) size *= 2;
  return size;
}

int SizeOf(const ItemFormOptions& options, int64_t items) {
  const int size = options.size > 0 ? options.size : SizeThatFits(options.levels, items);
  const int64_t rows = Combinations(options.levels, size, items);
  if (rows < items) {
    throw InputError("data.code_size",
                     std::to_string(size) + " codes on each of " + std::to_string(options.levels) + " levels tell " +
                         std::to_string(rows) + " items apart, and there are " + std::to_string(items),
                     "a larger data.code_size, or more data.code_levels");
  }
  return size;
}

ItemCodes CodesOfSource(const std::vector<SourceItem>& items) {
  std::vector<std::vector<std::string>> words;
  for (size_t i = 0; i < items.size(); ++i) {
    const std::vector<std::string>& row = items[i].codes;
    if (row.empty()) {
      throw InputError("data.codes", "index: " + NameOf(items[i], i) + " has no codes",
                       "an index of every item, or codes that are made here: kmeans, random");
    }
    if (row.size() != items[0].codes.size()) {
      throw InputError("data.codes",
                       "index: " + NameOf(items[i], i) + " has " + std::to_string(row.size()) + " codes and " +
                           NameOf(items[0], 0) + " has " + std::to_string(items[0].codes.size()),
                       "codes of one length");
    }
    for (const std::string& word : row) {
      const Item read{word, kNoYear};
      if (ReadBack(read, ItemForm::kCodes) == read && word.find('<', 1) == std::string::npos) continue;
      throw InputError("data.codes", "index: " + NameOf(items[i], i) + " has the code '" + word + "'",
                       "codes such as <a_17>: angle brackets around what has neither brackets nor white space");
    }
    words.push_back(row);
  }
  return CodesOfWords(words);
}

ItemCodes CodesOf(const ItemFormOptions& options, const std::vector<SourceItem>& items, const ItemVectors& vectors,
                  const std::vector<ItemDetails>& details) {
  if (options.codes == CodeSource::kIndex) return CodesOfSource(items);
  const int size = SizeOf(options, static_cast<int64_t>(items.size()));
  if (options.codes == CodeSource::kRandom) {
    return RandomCodes(static_cast<int>(items.size()), options.levels, size, options.seed);
  }
  const EmbeddingRows rows = vectors(details);
  SUITE_CHECK_EQ(rows.rows(), static_cast<int64_t>(items.size()));
  return ResidualKMeans(rows.values, rows.dimension, options.levels, size, options.seed);
}

// The codes in use, and what they stand for.
void ListTokens(const ItemCodes& codes, WrittenItems* written) {
  std::set<std::string> listed;
  for (size_t level = 0; level < codes.words.size(); ++level) {
    std::set<int> used;
    for (const std::vector<int>& row : codes.codes) used.insert(row[level]);
    for (const int code : used) {
      const auto c = static_cast<size_t>(code);
      if (!listed.insert(codes.words[level][c]).second) continue;
      written->tokens.push_back(codes.words[level][c]);
      if (!codes.centroids.empty()) written->token_vectors.push_back(codes.centroids[level][c]);
    }
  }
}

void WriteCodes(const ItemFormOptions& options, const std::vector<SourceItem>& items, const ItemVectors& vectors,
                WrittenItems* written) {
  ItemCodes codes = CodesOf(options, items, vectors, written->details);
  written->collided = CollidedItems(codes);
  ApplyCollisionRule(options.collision_rule, &codes);
  for (size_t i = 0; i < items.size(); ++i) written->items.push_back({codes.Written(i), kNoYear});
  ListTokens(codes, written);
}

void WriteIds(const std::vector<SourceItem>& items, WrittenItems* written) {
  for (size_t i = 0; i < items.size(); ++i) {
    written->tokens.push_back("<item_" + std::to_string(i) + ">");
    written->items.push_back({written->tokens.back(), kNoYear});
  }
}

void WriteTitles(const std::vector<SourceItem>& items, WrittenItems* written) {
  std::map<std::string, int64_t> times;
  for (const SourceItem& item : items) {
    written->items.push_back({AsParsed(item.name.title, ItemForm::kTitle), kNoYear});
    ++times[written->items.back().title];
  }
  for (const auto& [title, count] : times) written->collided += count > 1 ? count : 0;
}

void WriteTitlesAndYears(const std::vector<SourceItem>& items, WrittenItems* written) {
  for (size_t i = 0; i < items.size(); ++i) {
    if (items[i].name.year == kNoYear) {
      throw InputError("data.item_form", "title_year: " + NameOf(items[i], i) + " has no year",
                       "a year of every item, or another form: title, id, codes");
    }
    written->items.push_back(items[i].name);
  }
}

}  // namespace

const std::vector<std::string>& CodeSourceNames() {
  static const auto* names = new std::vector<std::string>{"index", "kmeans", "random"};
  return *names;
}

CodeSource CodeSourceByName(const std::string& where, const std::string& name) {
  const std::vector<std::string>& names = CodeSourceNames();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) throw UnknownName(where, "source of codes", name, names);
  return static_cast<CodeSource>(found - names.begin());
}

WrittenItems WriteItems(const ItemFormOptions& options, const std::vector<SourceItem>& items,
                        const ItemVectors& vectors) {
  WrittenItems written;
  written.form = options.form;
  for (const SourceItem& item : items) written.details.push_back({item.name, item.text, 1});
  if (options.form == ItemForm::kCodes && !items.empty()) WriteCodes(options, items, vectors, &written);
  if (options.form == ItemForm::kId) WriteIds(items, &written);
  if (options.form == ItemForm::kTitle) WriteTitles(items, &written);
  if (options.form == ItemForm::kTitleYear) WriteTitlesAndYears(items, &written);
  return written;
}

Catalog CatalogOf(const WrittenItems& written, size_t count) {
  SUITE_CHECK_LE(count, written.items.size());
  const auto end = static_cast<int64_t>(count);
  if (written.form == ItemForm::kTitleYear) {
    return Catalog(written.form, {written.items.begin(), written.items.begin() + end},
                   {written.details.begin(), written.details.begin() + end});
  }
  std::map<Item, size_t> place;
  std::vector<Item> items;
  std::vector<ItemDetails> details;
  for (size_t i = 0; i < count; ++i) {
    const auto [found, is_new] = place.emplace(written.items[i], items.size());
    if (is_new) {
      items.push_back(written.items[i]);
      details.push_back(written.details[i]);
    } else {
      ++details[found->second].sharing;
    }
  }
  return Catalog(written.form, std::move(items), std::move(details));
}

}  // namespace suite
