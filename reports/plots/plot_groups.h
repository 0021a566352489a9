// All plots of a report, under their headings.
#pragma once

#include <string>
#include <vector>

#include "reports/plots/plot.h"
#include "reports/results/comparisons.h"
#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"
#include "reports/tables/table.h"

namespace suite {

struct PlotGroup {
  std::string heading;
  std::vector<Plot> plots;
};

// Of the series in harness/metrics/metrics.def, those that the runs have.
std::vector<PlotGroup> AllPlots(const ReportSpec& spec, const RunSet& set, const ResultTable& results,
                                const std::vector<ComparedPair>& pairs);

}  // namespace suite
