// Texts of items, for an embedder of texts, from a table beside a data set that brings none: genres, keywords, a plot.
//
//   title<TAB>genres<TAB>plot                               the header; the first column is the title
//   Heat (1995)<TAB>crime|drama<TAB>A group of thieves ...
//   Back to the Future<TAB>comedy<TAB>...                   without a year: where one item alone has the title
//
// Titles are matched as by title_rules.h, and years within two. The other columns, joined by ". ", are the text. Rows
// that match no item are passed over, and of several the first counts.
#pragma once

#include <string>

#include "datasets/core/catalog.h"
#include "datasets/importers/source_data.h"

namespace suite {

// Adds the texts to `catalog`, of films as title and year, the file to `source->files` and how many items got a text to
// `source->notes`. Throws InputError naming file and line: no such file, another header, a row of another number of
// columns, bytes that are not UTF-8; and for a source that lists its items.
void AddItemTexts(const std::string& path, Catalog* catalog, SourceData* source);

}  // namespace suite
