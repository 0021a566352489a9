// Reads a model's free text as a ranked list of items: the authors' process_rec_raw (libs/utils.py), case by case.
//
//   ParseAnswer("Sure!\n1. **Heat** (1995) - tense\n2. \"Alien\" (1979)")
//     -> {{"Heat", 1995}, line 1}, {{"Alien", 1979}, line 2}
//
// Text is cut into lines at U+000A only. A line gives an item when, after list marks (* _ - #, a number with one of
// . ) 、 - – — and white space) and one pair of straight quotes around it are taken off, it begins with some text,
// white space and `(dddd)`; what follows is ignored. Parentheses inside the title go ("(500) Days of Summer" becomes
// "Days of Summer"), and the title may end up empty: such an item still counts. Any text is good input; a line that
// cannot be read simply gives no item.
#pragma once

#include <string_view>
#include <vector>

#include "datasets/core/item.h"

namespace suite {

struct ParsedItem {
  Item item;
  int line = 0;  // newlines before it, from 0: the rank that token segmentation gives it
};

// The items in order of appearance.
std::vector<ParsedItem> ParseAnswer(std::string_view text);

// Lines of `text`: its newlines + 1, so a trailing newline opens one more (empty) line and "" has one.
int CountLines(std::string_view text);

}  // namespace suite
