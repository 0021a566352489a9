// A table of results whose cells know their runs: value, interval, number of seeds and conversations, what the
// interval allows for, which runs, and what became of the runs that are not in the value. One model, five forms.
//
//   ResultTable table;
//   table.columns = {{"ndcg@5", "NDCG@5", true}, {"duplicate_share", "Duplicate share", false}};
//   table.rows = {{"GRPO", "3", {cell, cell}}, {"Rank-GRPO (log)", "3", {cell, cell}}};
//   MarkSeparated(&table);              // bold only where intervals separate
//   ToMarkdown(ToTextTable(table));     // text_table.h renders: Markdown, LaTeX, HTML, terminal
//   ToLongCsv(table);                   // one line a cell, full precision
//   ToJson(table);                      // the whole model
//
// Rows of published numbers stand beside ours: they carry their source, have neither interval nor runs, and take no
// part in marks, since nothing says how far they are from others' numbers by chance.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/statistics/statistics.h"
#include "reports/tables/text_table.h"

namespace suite {

struct MetricColumn {
  std::string id;     // the metric's name in the store
  std::string title;  // its name for readers
  bool higher_is_better = true;
};

struct ResultCell {
  std::optional<Estimate> estimate;  // none: no run has ended
  int seeds = 0;                     // runs in the estimate
  int conversations = 0;
  int contexts = 0;                       // clusters of conversations that share what was asked for
  std::optional<double> clustered_error;  // standard error over the contexts, of the mean over the seeds at hand
  std::optional<double> published;        // a number from elsewhere, instead of an estimate
  std::string resampled;                  // what the interval allows for: "seeds and conversations", "contexts"
  std::vector<std::string> run_hashes;    // the runs in the estimate
  std::string status;                     // empty when all is well, else "1 of 3 failed", "missing"
  bool separated = false;                 // best in its column, with an interval clear of all others
};

struct ResultRow {
  std::string name;
  std::string seeds;              // "3", "2 (1 of 3 failed)", "one start"
  std::vector<ResultCell> cells;  // one for each column
  std::string source = {};        // of a row of published numbers: where they stand
};

struct ResultTable {
  std::string caption;
  std::vector<MetricColumn> columns;
  std::vector<ResultRow> rows;
};

// Marks, in each column, the best cell if its interval is clear of every other cell's; a column where a row of ours has
// no estimate, or with one such row only, gets no mark.
void MarkSeparated(ResultTable* table);

// The cell of our row of that name; null without an estimate.
const ResultCell* CellOf(const ResultTable& results, const std::string& row_name, const std::string& metric);

// "0.242" with the interval as its detail; the cell's status where there is no estimate. The header shows by an arrow
// whether higher or lower is better.
TextTable ToTextTable(const ResultTable& table);

// The cell alone, with what a page wants to know of it.
TextCell ToTextCell(const ResultCell& cell);

// row, metric, mean, low, high, clustered_error, seeds, conversations, contexts, resampled, status, runs, source.
std::string ToLongCsv(const ResultTable& table);

// {"caption", "columns": [...], "rows": [{"name", "cells": [{"mean", "low", "high", ...}]}]}; numbers in full
// precision, null where there is none.
std::string ToJson(const ResultTable& table);

// "0.242"; with a sign and one more digit, for differences, "+0.0211".
std::string FormatScore(double value);
// With the four digits that papers print.
std::string FormatPublished(double value);
std::string FormatDifference(double value);
// "[0.221, 0.263]"; FormatSignedInterval: "[-0.0020, +0.0440]".
std::string FormatInterval(const Interval& interval);
std::string FormatSignedInterval(const Interval& interval);

}  // namespace suite
