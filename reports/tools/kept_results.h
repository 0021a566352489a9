// Results that are kept in the tree: results/published/NAME/ holds the packed record of each run (RUN.h5.gz) and what
// they share (shared.h5.gz; pack_runs.h tells what is in them), table.csv, and of the experiment's report report.md
// with its plots and the verdicts (comparisons.csv, claims.json). Tests redraw all of it but the plots from the records
// and ask for the same bytes.
//
//   KeepResults(stores, spec, "results/published/quickstart");
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

// Writes the runs, packed and with provenance and config freed of the folders of the machine, and the table to
// `folder`; what was kept there is removed. Series that claims of `spec` are about keep their full precision. Throws
// InputError when a run did not end well or comes without what it has to be packed from (it was unpacked from kept
// results), stores must not share a table, or the folder holds anything else than kept results.
void KeepResults(ReadStores stores, const ReportSpec& spec, const std::string& folder);

// Draws the report from the records that `folder` keeps, and adds what people read of it: report.md, comparisons.csv,
// claims.json where the spec has claims, and plots/*.svg.
void KeepReport(const ReportSpec& spec, const std::string& folder);

// The folders in `folder`, sorted.
std::vector<std::string> KeptNames(const std::string& folder);

// Writes the runs that `folder` keeps as stores, INTO/RUN/store.h5 beside config.toml, and gives the stores' paths. The
// stores lack the items of lists and series that no report reads. A RUN.h5.gz may also be a whole store, as older
// programs kept them.
std::vector<std::string> UnpackKept(const std::string& folder, const std::string& into);

// The same, read.
ReadStores ReadKept(const std::string& folder, const std::string& scratch);

// "--out=/home/me/results --steps=3" gives "--out=results --steps=3": every absolute path becomes its last part.
std::string WithoutFolders(const std::string& text);

}  // namespace suite
