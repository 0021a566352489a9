// ReDial: 10,006 dialogues about films between two people ("Towards Deep Conversational Recommendations", 2018), in the
// linked form (linked_dialogues.h says which fields and rules).
//
//   SourceData source = ReadRedial("/data/redial");      // entity2id.json, item_ids.json, test.jsonl, ...
//
// Its speakers chose films from a list, so a film is nearly always written "Title (Year)"; about 4 recommendations in
// 100 are not, and then the year is left to the page's address or to the year rule (import_options.h).
#pragma once

#include <string>

#include "datasets/importers/source_data.h"

namespace suite {

SourceData ReadRedial(const std::string& folder);

}  // namespace suite
