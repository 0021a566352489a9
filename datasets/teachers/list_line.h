// One line of a model's answer that names a film, and the signs by which a list is told from prose.
//
//   ReadListLine("3. **Heat** (1995) - tense")     // {"Heat", 1995}, kNumber 3, kRemark
//   ReadListLine("- Heat (1995)")                  // kBullet, kNothing
//   ReadListLine("You liked Heat (1995) a lot.")   // {"You liked Heat", 1995}, kNone, kText
//   ReadListLine("3 Heat (1995)")                  // {"3 Heat", 1995}, or as number 3 {"Heat", 1995}
//
// Title and year are what the answer parser (datasets/judging/answer_parser.h) makes of the line in its plain form
// (plain_line.h). No film: an object, array or key of JSON, and lines beyond 2,000 bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "datasets/core/item.h"

namespace suite {

enum class ListMark { kNone, kBullet, kNumber };

// What follows the year.
enum class AfterYear {
  kNothing,
  kRemark,  // set off by a dash, a colon, a bar, ...
  kComma,   // set off by a comma or a semicolon
  kStop,    // the end of a sentence
  kText,    // a sentence that goes on, or one that leads over to a list ("... Heat (1995), here are ten:")
};

struct ListLine {
  Item item;
  ListMark mark = ListMark::kNone;
  AfterYear after = AfterYear::kNothing;
  size_t indent = 0;   // characters of white space at the start
  int64_t number = 0;  // of kNumber
  // A number that may be the title's own ("3 Idiots", "8: ..."), and the film if it is the list's. 0: none.
  int64_t loose_number = 0;
  Item loose_item;
};

std::optional<ListLine> ReadListLine(std::string_view line);

}  // namespace suite
