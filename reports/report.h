// The report of an experiment: from the stores of its runs to report.md, report.html, tables and plots.
//
//   std::string text = WriteReport(spec, {"store/3f2a.h5", "store/77b0.h5"}, "results/quickstart");
//   std::cout << text;                     // the result table and the verdicts, for the terminal
//
// Writes OUT/report.md, OUT/report.html (one file that needs nothing else), OUT/table.csv, table.json and table.tex
// (results), OUT/comparisons.csv, OUT/paper_table_N.csv and .tex (paper_tables.h), OUT/claims.json where the spec has
// claims, and OUT/plots/*.svg with a .csv beside each. The same stores and spec give the same bytes: no date, no path
// of the machine, every random draw from a named stream.
//
// The stores must be of one protocol version and of the same data; see run_set.h for what is refused. Debug builds,
// uncommitted changes and different commits are warned of at the top.
#pragma once

#include <string>
#include <vector>

#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"

namespace suite {

// Throws InputError when no store can be used or stores must not share a table (run_set.h), when gnuplot is missing, or
// when `out_dir` cannot be written. Stores that cannot be read are named in the report and left out.
std::string WriteReport(const ReportSpec& spec, const std::vector<std::string>& store_paths,
                        const std::string& out_dir);
std::string WriteReport(const ReportSpec& spec, ReadStores stores, const std::string& out_dir);

// A spec made from what the stores hold, for redrawing without one: an arm for each value of objective.preset (or,
// where the runs differ in other keys too, for each point of the sweep), all metrics of the suite that the split has,
// each arm against the baseline, and each later arm against the first.
ReportSpec DefaultSpec(const std::string& title, const std::vector<std::string>& store_paths);
ReportSpec DefaultSpec(const std::string& title, const ReadStores& stores);

// "grpo" gives "GRPO", "rank_grpo_log" gives "Rank-GRPO (log)"; a value that is not known stays as it is.
std::string ArmName(const std::string& preset);

}  // namespace suite
