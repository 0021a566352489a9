// Results that are kept in the tree: results/published/NAME/ holds the packed store of each run (RUN.h5.gz), table.csv,
// and of the experiment's report report.md with its plots and the verdicts (comparisons.csv, claims.json). Tests
// redraw all of it but the plots from the stores and ask for the same bytes.
//
//   KeepResults(stores, "results/published/quickstart");
//   KeepReport(spec, "results/published/quickstart");
//   for (const std::string& name : KeptNames("results/published")) {
//     TableOf(ReadKept("results/published/" + name, scratch));
//   }
#pragma once

#include <string>
#include <vector>

#include "harness/metrics/run_record.h"
#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"

namespace suite {

// The result table of the default spec (report.h), in full precision.
std::string TableOf(ReadStores stores);

// Writes the stores, with their provenance freed of the folders of the machine, and the table to `folder`; what was
// kept there is removed. Throws InputError when a run did not end well, stores must not share a table, or the folder
// holds anything else than kept results.
void KeepResults(ReadStores stores, const std::string& folder);

// Draws the report from the stores that `folder` keeps, and adds what people read of it: report.md, comparisons.csv,
// claims.json where the spec has claims, and plots/*.svg.
void KeepReport(const ReportSpec& spec, const std::string& folder);

// The folders in `folder`, sorted.
std::vector<std::string> KeptNames(const std::string& folder);

// The packed stores of a folder, unpacked to `scratch` and read.
ReadStores ReadKept(const std::string& folder, const std::string& scratch);

// "--out=/home/me/results --steps=3" gives "--out=results --steps=3": every absolute path becomes its last part.
std::string WithoutFolders(const std::string& text);

}  // namespace suite
