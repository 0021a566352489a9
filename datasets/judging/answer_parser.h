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
//
// A title that does not survive being written as "Title (Year)" and read back can never be hit. All 7,404 items of the
// authors' catalogue come back unchanged: it was made with the same parser.
//
//   ReadBack({"Heat", 1995}) == Item{"Heat", 1995}
//   ReadBack({"(500) Days of Summer", 2009}) == Item{"Days of Summer", 2009}    // parentheses are lost
//   AsParsed("(500) Days of Summer") == "Days of Summer"
//
// Those are the rules for films. Items of other forms (datasets/core/item_form.h) have no year, and rules of ours:
//
//   title        the line without list marks and one pair of quotes, white space squeezed; nothing but an empty line is
//                no item, so a sentence of small talk counts as an item outside the catalogue
//   id, codes    the line, trimmed, if it consists of `<...>` without white space and nothing else
//
//   ParseAnswer("1. Dune\n", ItemForm::kTitle)                     -> {{"Dune", kNoYear}, line 0}
//   ParseAnswer("<a_3><b_0>\n<a_3> or so", ItemForm::kCodes)       -> {{"<a_3><b_0>", kNoYear}, line 0}
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/core/item.h"
#include "datasets/core/item_form.h"

namespace suite {

struct ParsedItem {
  Item item;
  int line = 0;  // newlines before it, from 0: the rank that token segmentation gives it
};

// The items in order of appearance.
std::vector<ParsedItem> ParseAnswer(std::string_view text, ItemForm form = ItemForm::kTitleYear);

// Lines of `text`: its newlines + 1, so a trailing newline opens one more (empty) line and "" has one.
int CountLines(std::string_view text);

// What the parser makes of the item's line; nothing when it finds none or another number of items.
std::optional<Item> ReadBack(const Item& item, ItemForm form = ItemForm::kTitleYear);

// The items that do not come back unchanged.
std::vector<Item> LostInParsing(const std::vector<Item>& items, ItemForm form = ItemForm::kTitleYear);

// The form of a title that comes back: as the parser reads it, or `title` itself when nothing would be left or no form
// comes back. A year has no part in it.
std::string AsParsed(const std::string& title, ItemForm form = ItemForm::kTitleYear);

}  // namespace suite
