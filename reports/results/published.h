// Results that others published, from reports/results/published.toml, as rows of our tables.
//
//   for (const ResultRow& row : PublishedRows({"qwen_0.5b_grpo"}, table.columns)) table.rows.push_back(row);
//
// The file is part of the program. Each result names its source; nothing is known of seeds or intervals.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "reports/tables/table.h"

namespace suite {

struct PublishedResult {
  std::string id;       // "qwen_0.5b_grpo"
  std::string name;     // for readers
  std::string source;   // "arXiv 2510.20150"
  std::string dataset;  // "Reddit-v2"
  std::map<std::string, double> scores;
};

// Throws InputError naming `where` and the line for what does not fit: keys that are not known, a source without an
// entry, an id given twice, a score that is not a number from 0 to 1.
std::vector<PublishedResult> ParsePublished(const std::string& toml, const std::string& where);

// All results of reports/results/published.toml, in its order.
const std::vector<PublishedResult>& PublishedResults();

// The rows of these ids. A metric that was not published leaves its cell empty. Throws InputError with the known ids.
std::vector<ResultRow> PublishedRows(const std::vector<std::string>& ids, const std::vector<MetricColumn>& columns);

}  // namespace suite
