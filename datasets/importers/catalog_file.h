// A catalogue in either of its forms: title<TAB>year lines (catalog.h) or the authors' pickle (python_pickle.h).
//
//   std::vector<Item> items = ReadCatalogFile("/data/reddit_v2", "gt_catalog.pkl", &source.files);
#pragma once

#include <string>
#include <vector>

#include "datasets/core/item.h"
#include "datasets/importers/source_data.h"

namespace suite {

// Reads folder/name (`folder` may be empty) and adds its hash to `files`. Throws InputError, also for an ending other
// than .tsv or .pkl and for an item given twice.
std::vector<Item> ReadCatalogFile(const std::string& folder, const std::string& name, std::vector<DataFile>* files);

}  // namespace suite
