// A strict reader for the one pickle that the data need: a Python list of (title, year) tuples, as in gt_catalog.pkl.
//
//   std::vector<Item> items = ReadPickledItems(ReadFile("gt_catalog.pkl"), "gt_catalog.pkl");
//
// A pickle is a program for a small stack machine that may import and call anything. This reader knows only the
// instructions that build lists, tuples, str and int (protocols 2 to 5); whatever else occurs, above all GLOBAL, REDUCE
// and BUILD, is refused by name before anything is done. Nothing is ever executed, and memory stays within a bounded
// multiple of the input. It is our own because no well-kept C++ library reads pickles.
//
// Instruction codes: Lib/pickletools.py of CPython; PEP 307, 3154 and 574.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "datasets/core/item.h"

namespace suite {

// `name` stands for the file in errors, which give the byte. A year may be an int or a str of one, from 0 to 9999.
// A title has 1 to 500 bytes. Throws InputError for anything but such a list.
std::vector<Item> ReadPickledItems(std::string_view bytes, const std::string& name);

}  // namespace suite
