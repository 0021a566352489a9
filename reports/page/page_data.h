// What the scripts of the report's page read: the plots' numbers and the runs behind the cells.
//
//   {"plots": [...],                                     // plot.h
//    "common": {"config", "provenance"},                  // what all runs share
//    "runs": {HASH: {"arm", "seed", "status", "config", "provenance", "summary", "evaluations", "steps", "series",
//                    "credit_kind", "answers": [{"conversation", "text", "ranks", "scores"}],
//                    "groups": [{"conversation", "size", "samples": [{"text", "ranks"}]}]}}}
//
// ranks: [line, verdict, relevance, credit, advantage or null] for each rank that counts (run_record.h); groups are
// rollouts of the last training step.
//
// Series are means over blocks of steps, numbers have six digits, and where there are many runs only the first of each
// arm keeps its answers: the page stays small.
#pragma once

#include <string>

#include "reports/plots/report_plots.h"
#include "reports/runs/run_set.h"

namespace suite {

// JSON that may stand in a script element: no "<" in it.
std::string PageData(const RunSet& set, const std::vector<PlotGroup>& groups);

}  // namespace suite
