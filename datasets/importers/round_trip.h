// Which titles survive being written as "Title (Year)" and read back by the authors' parser (answer_parser.h). One that
// does not can never be hit, however good the answer.
//
//   ReadBack({"Heat", 1995}) == Item{"Heat", 1995}
//   ReadBack({"(500) Days of Summer", 2009}) == Item{"Days of Summer", 2009}    // parentheses are lost
//   AsParsed("(500) Days of Summer") == "Days of Summer"
//
// All 7,404 items of the authors' catalogue come back unchanged: it was made with the same parser.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "datasets/core/item.h"

namespace suite {

// What the parser makes of the item's line; nothing when it finds none or another number of items.
std::optional<Item> ReadBack(const Item& item);

// The items that do not come back unchanged.
std::vector<Item> LostInParsing(const std::vector<Item>& items);

// The form of a title that comes back: as the parser reads it, or `title` itself when nothing would be left or no form
// comes back. A year has no part in it.
std::string AsParsed(const std::string& title);

}  // namespace suite
