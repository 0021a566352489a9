// Tables in the form that papers print, beside the result table: ablations with their changes, scaling with its cost,
// grids of two settings. Published numbers stand beside ours and are marked as such.
//
// Without PaperTables in the spec the arms say which form fits: one number varies -> scaling; several keys vary, one of
// them a number -> a grid for each shown metric with that number across; else an ablation against the first arm.
#pragma once

#include <string>
#include <vector>

#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"
#include "reports/tables/table.h"
#include "reports/tables/text_table.h"

namespace suite {

struct NamedTable {
  std::string stem;   // of its files
  std::string title;  // its heading
  TextTable table;
};

// Throws InputError for a key that does not vary or is no number where one is needed, and for metrics, arms and
// published results that are not known.
std::vector<NamedTable> PaperTables(const ReportSpec& spec, const RunSet& set, const ResultTable& results);

}  // namespace suite
