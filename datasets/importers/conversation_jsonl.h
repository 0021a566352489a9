// The plain form that anybody can produce: one JSON object a line, a file for each split. README.md has the schema.
//
//   {"id": "17", "turns": [{"role": "user", "content": "Something tense, like Heat (1995)."}],
//    "ground_truth": [{"title": "Alien", "year": 1979}], "seen_titles": ["Heat"]}
//
// Items that are not films stand in a list beside the samples, items.jsonl (item_table.h); the samples then name them
// by id or title:
//
//   {"id": "17", "turns": [{"role": "user", "content": "Another like {item 3}?"}], "ground_truth": [{"id": "8"}]}
//
//   SourceData source = ReadJsonl("/data/mine", options);            // train.jsonl, ..., catalog.tsv or items.jsonl
//   SourceData source = ReadJsonl("/data/mine/all.jsonl", options);  // one file: the test split
#pragma once

#include <string>
#include <string_view>

#include "datasets/importers/import_rules.h"
#include "datasets/importers/item_table.h"
#include "datasets/importers/source_data.h"

namespace suite {

// `path` is a folder or one file. The catalogue is options.catalog_file, else items.jsonl or catalog.tsv of the folder,
// else every ground truth that has a year (recorded as the rule catalog_source). Throws InputError naming file, line
// and key.
SourceData ReadJsonl(const std::string& path, const ImportOptions& options);

// Appends the lines of one file as samples, and as demonstrations where they have an answer. Throws InputError, also
// for an id that `source` has in this split already, and for an item that the table, where there is one, does not have.
void AppendJsonlRows(std::string_view text, const std::string& name, const std::string& split, SourceData* source,
                     const ItemTable* table = nullptr);

}  // namespace suite
