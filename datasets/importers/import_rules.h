// Applies the named rules of import_options.h to what an importer read.
//
//   SourceData source = ReadRedial(folder);
//   Catalog catalog = ApplyImportRules("redial", options, &source);
//
// In this order: year rule and title rule (ground truths and the source's films), catalogue rule, outside rule, repeat
// rule, split rule. A sample left without ground truth is dropped as "no_ground_truth". Then ids are given:
// "<split>/<index>".
#pragma once

#include <string>

#include "datasets/core/catalog.h"
#include "datasets/importers/import_options.h"
#include "datasets/importers/source_data.h"

namespace suite {

// Adds the rules applied to `source->rules` and the reference catalogue, where it was read, to `source->files`. Throws
// InputError when a rule cannot be applied.
Catalog ApplyImportRules(const std::string& format, const ImportOptions& options, SourceData* source);

// The split that SplitRule::kByDialogue gives to a dialogue: the first eight hexadecimal digits of SHA-256 of its id,
// modulo 100; below `test_percent` it tests, below `test_percent` + `validation_percent` it validates, else it trains.
std::string SplitOfDialogue(const std::string& dialogue, int test_percent, int validation_percent);

}  // namespace suite
