// Results that others published, from reports/results/published.toml, as rows of our tables.
//
//   for (const ResultRow& row : PublishedRows({"qwen_0.5b_grpo"}, table.columns)) table.rows.push_back(row);
//
// The file is part of the program. Each result names its source; nothing is known of seeds or intervals.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"
#include "reports/tables/table.h"

namespace suite {

struct PublishedResult {
  std::string id;       // "qwen_0.5b_grpo"
  std::string name;     // for readers
  std::string source;   // "arXiv 2510.20150"
  std::string dataset;  // "Reddit-v2"
  std::string note;     // what differs from our task, and where the number was read; may be empty
  std::map<std::string, double> scores;
  std::string data_source;  // of runs on that data set: their data.source
  std::string file;         // and a file that they read; empty: any
};

// Throws InputError naming `where` and the line for what does not fit: keys that are not known, a source or a data set
// without an entry, an id given twice, a score that is not a number from 0 to 1.
std::vector<PublishedResult> ParsePublished(const std::string& toml, const std::string& where);

// All results of reports/results/published.toml, in its order.
const std::vector<PublishedResult>& PublishedResults();

// Whether the result may stand beside these runs: they are on its data set, or on the simulated world, where it is
// context. Runs that do not say what their data are take any.
bool FitsRuns(const PublishedResult& result, const RunSet& set);

// The spec without the published results, also those of its tables, that are of other data than the runs; and a
// sentence that says so, empty where nothing was taken out. Throws InputError with the known ids.
struct FittingPublished {
  ReportSpec spec;
  std::string left_out;
};
FittingPublished KeepFittingPublished(const ReportSpec& spec, const RunSet& set);

// The rows of these ids. A metric that was not published leaves its cell empty. Throws InputError with the known ids.
std::vector<ResultRow> PublishedRows(const std::vector<std::string>& ids, const std::vector<MetricColumn>& columns);

}  // namespace suite
