// What the scripts of the report's page read: the plots' numbers and the runs behind the cells.
//
//   {"plots": [{"stem", "title", "kind", "x_label", "y_label", "log_x", "categories", "lines": [...]}],
//    "common": {"config", "provenance"},                  // what all runs share
//    "runs": {HASH: {"arm", "seed", "status", "config", "provenance", "summary", "evaluations", "steps", "series",
//                    "answers"}}}
//
// Series are means over blocks of steps, numbers have six digits, and where there are many runs only the first of each
// arm keeps its answers: the page stays small.
#pragma once

#include <string>

#include "reports/plot_groups.h"
#include "reports/run_set.h"

namespace suite {

// JSON that may stand in a script element: no "<" in it.
std::string PageData(const RunSet& set, const std::vector<PlotGroup>& groups);

}  // namespace suite
