#include "reports/tables/table.h"

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/text/format.h"

namespace suite {
namespace {

// A small negative number rounds to "-0.000"; zero has no sign.
std::string Format(const char* format, double value) {
  const std::string text = Fixed(format, value);
  const bool is_zero = text.find_first_of("123456789") == std::string::npos;
  return is_zero && (text[0] == '-' || text[0] == '+') ? text.substr(1) : text;
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

using Json = nlohmann::ordered_json;

template <typename T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json JsonOf(const MetricColumn& column, const ResultCell& cell) {
  return {{"metric", column.id},
          {"mean", cell.estimate ? Json(cell.estimate->mean) : OrNull(cell.published)},
          {"low", cell.estimate ? Json(cell.estimate->interval.low) : Json()},
          {"high", cell.estimate ? Json(cell.estimate->interval.high) : Json()},
          {"clustered_error", OrNull(cell.clustered_error)},
          {"seeds", cell.seeds},
          {"conversations", cell.conversations},
          {"contexts", cell.contexts},
          {"resampled", cell.resampled},
          {"status", StatusWord(cell)},
          {"separated", cell.separated},
          {"runs", cell.run_hashes}};
}

std::string CsvText(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_number_float()) return ExactNumber(value.get<double>());
  if (value.is_array()) return Join(value.get<std::vector<std::string>>(), " ");
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

void MarkSeparated(ResultTable* table) {
  for (const ResultRow& row : table->rows) SUITE_CHECK_EQ(row.cells.size(), table->columns.size());
  for (size_t r = 0; r < table->rows.size(); ++r) {
    for (size_t c = 0; c < table->columns.size(); ++c) table->rows[r].cells[c].separated = IsSeparated(*table, r, c);
  }
}

TextCell ToTextCell(const ResultCell& cell) {
  if (cell.published) return {FormatPublished(*cell.published), false, "", {{"value", ExactNumber(*cell.published)}}};
  if (!cell.estimate) return {cell.status};
  TextCell text = {FormatScore(cell.estimate->mean), cell.separated, FormatInterval(cell.estimate->interval)};
  text.data = {{"value", ExactNumber(cell.estimate->mean)},
               {"low", ExactNumber(cell.estimate->interval.low)},
               {"high", ExactNumber(cell.estimate->interval.high)},
               {"seeds", std::to_string(cell.seeds)},
               {"conversations", std::to_string(cell.conversations)},
               {"contexts", std::to_string(cell.contexts)},
               {"resampled", cell.resampled},
               {"runs", Join(cell.run_hashes, " ")}};
  if (cell.clustered_error) text.data.emplace_back("clustered-error", ExactNumber(*cell.clustered_error));
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
  const std::vector<std::string> fields = {"metric",          "mean",   "low",           "high",
                                           "clustered_error", "seeds",  "conversations", "contexts",
                                           "resampled",       "status", "runs"};
  TextTable text{{"row"}};
  text.header.insert(text.header.end(), fields.begin(), fields.end());
  text.header.push_back("source");
  for (const ResultRow& row : table.rows) {
    for (size_t c = 0; c < table.columns.size(); ++c) {
      const Json json = JsonOf(table.columns[c], row.cells[c]);
      std::vector<TextCell> cells = {{row.name}};
      for (const std::string& field : fields) cells.push_back({CsvText(json.at(field))});
      cells.push_back({row.source});
      text.rows.push_back(cells);
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

const ResultCell* CellOf(const ResultTable& results, const std::string& row_name, const std::string& metric) {
  for (const ResultRow& row : results.rows) {
    if (row.name != row_name || !row.source.empty()) continue;
    for (size_t c = 0; c < results.columns.size(); ++c) {
      if (results.columns[c].id == metric && row.cells[c].estimate) return &row.cells[c];
    }
  }
  return nullptr;
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
