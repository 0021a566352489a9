// The rows of a Markdown table of films as lines "Title (Year)".
//
//   TableRows table;
//   table.Line("| # | Title | Year |")      // nullopt: its columns are known now
//   table.Line("|---|-------|------|")      // nullopt
//   table.Line("| 1 | Heat  | 1995 |")      // "Heat (1995)"
//   table.Line("| 2 | Alien (1979) | ! |")  // "Alien (1979)": a cell that says both
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace suite {

// Whether the line is a row of a table at all.
bool IsTableRow(std::string_view line);

class TableRows {
 public:
  // Lines in order; one that is no row ends the table.
  std::optional<std::string> Line(std::string_view line);

 private:
  size_t title_ = std::string::npos, year_ = std::string::npos;  // columns
};

}  // namespace suite
