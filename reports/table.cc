#include "reports/table.h"

#include <cstdio>

#include "base/check.h"

namespace suite {
namespace {

std::string Format(const char* format, double value) {
  char buffer[64];
  std::snprintf(buffer, sizeof(buffer), format, value);
  // A small negative number rounds to "-0.000"; zero has no sign.
  const std::string text = buffer;
  const bool is_zero = text.find_first_of("123456789") == std::string::npos;
  return is_zero && (text[0] == '-' || text[0] == '+') ? text.substr(1) : text;
}

// Full precision: reading it back gives the same number.
std::string Exact(double value) {
  char buffer[64];
  std::snprintf(buffer, sizeof(buffer), "%.17g", value);
  return buffer;
}

bool IsSeparated(const ResultTable& table, size_t row, size_t column) {
  const ResultCell& cell = table.rows[row].cells[column];
  for (size_t r = 0; r < table.rows.size(); ++r) {
    const ResultCell& other = table.rows[r].cells[column];
    if (!cell.estimate || !other.estimate) return false;
    if (r == row) continue;
    const bool is_better = (cell.estimate->mean > other.estimate->mean) == table.columns[column].higher_is_better;
    if (!is_better || !AreDisjoint(cell.estimate->interval, other.estimate->interval)) return false;
  }
  return table.rows.size() > 1;
}

TextCell TextOf(const ResultCell& cell) {
  if (!cell.estimate) return {cell.status};
  return {FormatScore(cell.estimate->mean), cell.separated, FormatInterval(cell.estimate->interval)};
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

}  // namespace

void MarkSeparated(ResultTable* table) {
  for (const ResultRow& row : table->rows) SUITE_CHECK_EQ(row.cells.size(), table->columns.size());
  for (size_t r = 0; r < table->rows.size(); ++r) {
    for (size_t c = 0; c < table->columns.size(); ++c) table->rows[r].cells[c].separated = IsSeparated(*table, r, c);
  }
}

TextTable ToTextTable(const ResultTable& table) {
  TextTable text;
  text.caption = table.caption;
  text.header = {"Arm", "Seeds"};
  for (const MetricColumn& column : table.columns) {
    text.header.push_back(column.title + (column.higher_is_better ? "\u00a0\u2191" : "\u00a0\u2193"));
  }
  for (const ResultRow& row : table.rows) {
    SUITE_CHECK_EQ(row.cells.size(), table.columns.size());
    std::vector<TextCell> cells = {{row.name}, {row.seeds}};
    for (const ResultCell& cell : row.cells) cells.push_back(TextOf(cell));
    text.rows.push_back(cells);
  }
  return text;
}

std::string ToLongCsv(const ResultTable& table) {
  TextTable text;
  text.header = {"row", "metric", "mean", "low", "high", "seeds", "conversations", "resampled", "status", "runs"};
  for (const ResultRow& row : table.rows) {
    for (size_t c = 0; c < table.columns.size(); ++c) {
      const ResultCell& cell = row.cells[c];
      const bool has = cell.estimate.has_value();
      text.rows.push_back({{row.name},
                           {table.columns[c].id},
                           {has ? Exact(cell.estimate->mean) : ""},
                           {has ? Exact(cell.estimate->interval.low) : ""},
                           {has ? Exact(cell.estimate->interval.high) : ""},
                           {std::to_string(cell.seeds)},
                           {std::to_string(cell.conversations)},
                           {cell.resampled},
                           {cell.status.empty() ? "complete" : cell.status},
                           {Joined(cell.run_hashes)}});
    }
  }
  return ToCsv(text);
}

std::string FormatScore(double value) { return Format("%.3f", value); }

std::string FormatDifference(double value) { return Format("%+.4f", value); }

std::string FormatInterval(const Interval& interval) {
  return "[" + FormatScore(interval.low) + ", " + FormatScore(interval.high) + "]";
}

std::string FormatSignedInterval(const Interval& interval) {
  return "[" + FormatDifference(interval.low) + ", " + FormatDifference(interval.high) + "]";
}

}  // namespace suite
