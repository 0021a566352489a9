// Histograms of importance ratios at the start, in the middle and at the end of training: for each unit a figure, in it
// a panel for each arm.
#pragma once

#include <vector>

#include "reports/plots/plot.h"
#include "reports/runs/run_set.h"

namespace suite {

// From what a run counts (ratio_counts/UNIT, between the edges that its provenance names; algorithms/diagnostics.h)
// between its evaluations, added up over an arm's runs: the first such stretch, the middle one and the last. A bin's
// height is its share of all units, so the heights of a line sum to 1. Arms whose runs record none, or not all alike,
// are left out; of many arms the first are shown.
std::vector<Plot> RatioHistograms(const RunSet& set);

}  // namespace suite
