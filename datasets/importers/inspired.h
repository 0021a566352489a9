// INSPIRED: 1,001 dialogues about films written to persuade ("INSPIRED: Toward Sociable Recommendation Dialog Systems",
// 2020), in the linked form (linked_dialogues.h says which fields and rules).
//
//   SourceData source = ReadInspired("/data/inspired");
//
// Its speakers leave the year out. What the page's address does not tell ("Joker_(2019_film)" does) is left to the year
// rule (import_options.h): by default the reference catalogue's year, where one film alone has the title.
#pragma once

#include <string>

#include "datasets/importers/source_data.h"

namespace suite {

SourceData ReadInspired(const std::string& folder);

}  // namespace suite
