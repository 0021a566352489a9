#include "reports/tables/table.h"

#include <cstdio>
#include <nlohmann/json.hpp>

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
  if (!table.rows[row].source.empty()) return false;
  size_t others = 0;
  for (size_t r = 0; r < table.rows.size(); ++r) {
    const ResultCell& other = table.rows[r].cells[column];
    if (!table.rows[r].source.empty()) continue;
    if (!cell.estimate || !other.estimate) return false;
    if (r == row) continue;
    ++others;
    const bool is_better = (cell.estimate->mean > other.estimate->mean) == table.columns[column].higher_is_better;
    if (!is_better || !AreDisjoint(cell.estimate->interval, other.estimate->interval)) return false;
  }
  return others > 0;
}

std::string StatusWord(const ResultCell& cell) {
  if (cell.published) return "published";
  return cell.status.empty() ? "complete" : cell.status;
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

using Json = nlohmann::ordered_json;

Json JsonOf(const MetricColumn& column, const ResultCell& cell) {
  Json json;
  json["metric"] = column.id;
  json["mean"] = cell.estimate ? Json(cell.estimate->mean) : cell.published ? Json(*cell.published) : Json();
  json["low"] = cell.estimate ? Json(cell.estimate->interval.low) : Json();
  json["high"] = cell.estimate ? Json(cell.estimate->interval.high) : Json();
  json["clustered_error"] = cell.clustered_error ? Json(*cell.clustered_error) : Json();
  json["seeds"] = cell.seeds;
  json["conversations"] = cell.conversations;
  json["contexts"] = cell.contexts;
  json["resampled"] = cell.resampled;
  json["status"] = StatusWord(cell);
  json["separated"] = cell.separated;
  json["runs"] = cell.run_hashes;
  return json;
}

}  // namespace

void MarkSeparated(ResultTable* table) {
  for (const ResultRow& row : table->rows) SUITE_CHECK_EQ(row.cells.size(), table->columns.size());
  for (size_t r = 0; r < table->rows.size(); ++r) {
    for (size_t c = 0; c < table->columns.size(); ++c) table->rows[r].cells[c].separated = IsSeparated(*table, r, c);
  }
}

TextCell ToTextCell(const ResultCell& cell) {
  if (cell.published) return {FormatPublished(*cell.published), false, "", {{"value", Exact(*cell.published)}}};
  if (!cell.estimate) return {cell.status};
  TextCell text = {FormatScore(cell.estimate->mean), cell.separated, FormatInterval(cell.estimate->interval)};
  text.data = {{"value", Exact(cell.estimate->mean)},
               {"low", Exact(cell.estimate->interval.low)},
               {"high", Exact(cell.estimate->interval.high)},
               {"seeds", std::to_string(cell.seeds)},
               {"conversations", std::to_string(cell.conversations)},
               {"contexts", std::to_string(cell.contexts)},
               {"resampled", cell.resampled},
               {"runs", Joined(cell.run_hashes)}};
  if (cell.clustered_error) text.data.emplace_back("clustered-error", Exact(*cell.clustered_error));
  return text;
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
    if (!row.source.empty()) cells = {{row.name, false, row.source}, {"published"}};
    for (const ResultCell& cell : row.cells) cells.push_back(ToTextCell(cell));
    text.rows.push_back(cells);
  }
  return text;
}

std::string ToLongCsv(const ResultTable& table) {
  TextTable text;
  text.header = {"row",           "metric",   "mean",      "low",    "high", "clustered_error", "seeds",
                 "conversations", "contexts", "resampled", "status", "runs", "source"};
  for (const ResultRow& row : table.rows) {
    for (size_t c = 0; c < table.columns.size(); ++c) {
      const ResultCell& cell = row.cells[c];
      const bool has = cell.estimate.has_value();
      text.rows.push_back({{row.name},
                           {table.columns[c].id},
                           {has              ? Exact(cell.estimate->mean)
                            : cell.published ? Exact(*cell.published)
                                             : ""},
                           {has ? Exact(cell.estimate->interval.low) : ""},
                           {has ? Exact(cell.estimate->interval.high) : ""},
                           {cell.clustered_error ? Exact(*cell.clustered_error) : ""},
                           {std::to_string(cell.seeds)},
                           {std::to_string(cell.conversations)},
                           {std::to_string(cell.contexts)},
                           {cell.resampled},
                           {StatusWord(cell)},
                           {Joined(cell.run_hashes)},
                           {row.source}});
    }
  }
  return ToCsv(text);
}

std::string ToJson(const ResultTable& table) {
  Json json;
  json["caption"] = table.caption;
  json["columns"] = Json::array();
  for (const MetricColumn& column : table.columns) {
    json["columns"].push_back(
        {{"id", column.id}, {"title", column.title}, {"higher_is_better", column.higher_is_better}});
  }
  json["rows"] = Json::array();
  for (const ResultRow& row : table.rows) {
    SUITE_CHECK_EQ(row.cells.size(), table.columns.size());
    Json cells = Json::array();
    for (size_t c = 0; c < row.cells.size(); ++c) cells.push_back(JsonOf(table.columns[c], row.cells[c]));
    json["rows"].push_back({{"name", row.name}, {"seeds", row.seeds}, {"source", row.source}, {"cells", cells}});
  }
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string FormatPublished(double value) { return Format("%.4f", value); }

std::string FormatScore(double value) { return Format("%.3f", value); }

std::string FormatDifference(double value) { return Format("%+.4f", value); }

std::string FormatInterval(const Interval& interval) {
  return "[" + FormatScore(interval.low) + ", " + FormatScore(interval.high) + "]";
}

std::string FormatSignedInterval(const Interval& interval) {
  return "[" + FormatDifference(interval.low) + ", " + FormatDifference(interval.high) + "]";
}

}  // namespace suite
