// The tables of a report, made from a set of runs.
#pragma once

#include <string>
#include <vector>

#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"
#include "reports/tables/table.h"
#include "reports/tables/text_table.h"

namespace suite {

// Counted arms, the starts of the trained ones (a row for each that settings tell apart) and the trained arms against
// metrics, on the final evaluation of spec.split; then what others published.
ResultTable MainTable(const ReportSpec& spec, const RunSet& set);

// The config keys whose value is not the same in all arms.
TextTable SettingsTable(const ReportSpec& spec, const RunSet& set);

// Seconds a step by part, and the memory and time of whole runs: means over an arm's runs.
TextTable CostTable(const RunSet& set);

// One row a run: arm, seed, status, steps, commit and so on.
TextTable RunsTable(const RunSet& set);

// Provenance keys against values: one row for each key; a value that is not the same in all runs says so.
TextTable ProvenanceTable(const RunSet& set);

}  // namespace suite
