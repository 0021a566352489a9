// One item of a catalogue, and how a list of them is written.
//
//   FormatItem({"Heat", 1995}) == "Heat (1995)"
//   FormatItem({"Dune", kNoYear}) == "Dune"                              // so is "<item_17>", see item_form.h
//   FormatList({{"Heat", 1995}, {"Alien", 1979}}) == "Heat (1995)\nAlien (1979)"     // no trailing newline
//
// FormatList is what a demonstration, a web list or a perfect answer looks like; ParseAnswer (answer_parser.h) reads it
// back.
#pragma once

#include <string>
#include <vector>

namespace suite {

// The year of an item that is written without one: no data set has such a year.
inline constexpr int kNoYear = -1'000'000'000;

struct Item {
  std::string title;
  int year = 0;

  friend bool operator==(const Item& a, const Item& b) { return a.year == b.year && a.title == b.title; }
  friend bool operator!=(const Item& a, const Item& b) { return !(a == b); }
  friend bool operator<(const Item& a, const Item& b) {
    return a.title != b.title ? a.title < b.title : a.year < b.year;
  }
};

// "Title (Year)", the year padded to four digits as the parser demands; without a year the title alone.
std::string FormatItem(const Item& item);

// One item a line, joined by "\n", without a newline at the end: a final newline would open one more rank.
std::string FormatList(const std::vector<Item>& items);

}  // namespace suite
