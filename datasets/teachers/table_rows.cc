#include "datasets/teachers/table_rows.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "datasets/teachers/list_line.h"

namespace suite {
namespace {

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r*_";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return "";
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::vector<std::string> CellsOf(std::string_view line) {
  line = Trimmed(line).substr(1);
  std::vector<std::string> cells;
  while (!line.empty()) {
    const size_t bar = std::min(line.find('|'), line.size());
    cells.emplace_back(Trimmed(line.substr(0, bar)));
    line.remove_prefix(std::min(bar + 1, line.size()));
  }
  return cells;
}

// The column whose head begins with one of `words`; npos: none.
size_t ColumnOf(const std::vector<std::string>& heads, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    for (size_t i = 0; i < heads.size(); ++i) {
      std::string head = heads[i].substr(0, word.size());
      for (char& c : head) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      if (head == word) return i;
    }
  }
  return std::string::npos;
}

}  // namespace

bool IsTableRow(std::string_view line) { return !Trimmed(line).empty() && Trimmed(line)[0] == '|'; }

std::optional<std::string> TableRows::Line(std::string_view line) {
  if (!IsTableRow(line)) {
    title_ = year_ = std::string::npos;
    return std::nullopt;
  }
  const std::vector<std::string> cells = CellsOf(line);
  if (title_ == std::string::npos) {
    title_ = ColumnOf(cells, {"title", "film", "movie", "name", "series", "show"});
    year_ = ColumnOf(cells, {"year", "release"});
    const auto both =
        std::find_if(cells.begin(), cells.end(), [](const std::string& cell) { return ReadListLine(cell); });
    if (title_ != std::string::npos || both == cells.end()) return std::nullopt;
    return *both;
  }
  if (title_ >= cells.size() || cells[title_].empty()) return std::nullopt;
  if (ReadListLine(cells[title_])) return cells[title_];
  const bool has_year = year_ < cells.size() && cells[year_].size() >= 4 &&
                        std::isdigit(static_cast<unsigned char>(cells[year_][0])) != 0;
  if (!has_year) return std::nullopt;
  return cells[title_] + " (" + cells[year_].substr(0, 4) + ")";
}

}  // namespace suite
