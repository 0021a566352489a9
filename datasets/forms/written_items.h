// From the items of a data set to how they are written in prompts and answers (datasets/core/item_form.h).
//
//   ItemFormOptions options;
//   options.form = ItemForm::kCodes;
//   options.codes = CodeSource::kKMeans;
//   WrittenItems written = WriteItems(options, items, [&](const auto& details) { return VectorsOf(details); });
//   written.items[17]                              // {"<a_3><b_0><c_12>", kNoYear}
//   written.tokens                                 // {"<a_0>", "<a_1>", ..., "<c_15>"}: what a tokenizer must learn
//   Catalog catalog = CatalogOf(written, /*count=*/200);
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/core/item.h"
#include "datasets/core/item_form.h"
#include "datasets/forms/item_codes.h"
#include "datasets/teachers/embedder.h"

namespace suite {

// Where the codes of ItemForm::kCodes come from.
enum class CodeSource {
  kIndex,   // "index": the data set brings them
  kKMeans,  // "kmeans": residual k-means over the items' vectors (residual_kmeans.h)
  kRandom,  // "random": the control
};

const std::vector<std::string>& CodeSourceNames();
CodeSource CodeSourceByName(const std::string& where, const std::string& name);

struct ItemFormOptions {
  ItemForm form = ItemForm::kTitleYear;
  // Of ItemForm::kCodes alone:
  CodeSource codes = CodeSource::kIndex;
  int levels = 3;  // kmeans, random
  int size = 0;    // codes a level, likewise; 0: the smallest power of two from 16 to 256 with room for four times the
                   // items
  uint64_t seed = 0;
  CollisionRule collision_rule = CollisionRule::kFurtherCode;
};

// An item as a data set has it.
struct SourceItem {
  Item name;                       // title, year
  std::string text;                // more about it; may be empty
  std::vector<std::string> codes;  // the data set's own; may be empty
};

struct WrittenItems {
  ItemForm form = ItemForm::kTitleYear;
  std::vector<Item> items;           // how each item of the source is written, in its order
  std::vector<ItemDetails> details;  // likewise
  // Tokens that a tokenizer lacks, in order: of ids all, of codes those in use, level by level, by number. They are
  // ordinary tokens, not special ones: an answer's text must show them.
  std::vector<std::string> tokens;
  // What each token stands for, in the space of the items' vectors; an empty row: nothing. Empty unless codes come from
  // k-means.
  std::vector<std::vector<float>> token_vectors;
  int64_t collided = 0;  // items that were written like another one before the collision rule
};

// Vectors of the items with these details, [items, dimension].
using ItemVectors = std::function<EmbeddingRows(const std::vector<ItemDetails>&)>;

// Calls `vectors` for codes from k-means alone. Throws InputError naming data.KEY or the item: codes that are missing
// or of different lengths, more items than codes can tell apart, an item without a year where the form has one.
WrittenItems WriteItems(const ItemFormOptions& options, const std::vector<SourceItem>& items,
                        const ItemVectors& vectors);

// The catalogue of the first `count` items. Those that are written alike are one entry, which counts how many they are;
// with a title and a year that is an error.
Catalog CatalogOf(const WrittenItems& written, size_t count);

}  // namespace suite
