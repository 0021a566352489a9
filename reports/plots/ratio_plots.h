// Importance ratios over training, by unit (token, rank, sequence).
#pragma once

#include <vector>

#include "reports/plots/plot.h"
#include "reports/runs/run_set.h"

namespace suite {

// Histograms at the start, in the middle and at the end of training: for each unit a figure, in it a panel for each arm.
// From what a run counts (ratio_counts/UNIT, between the edges that its provenance names; algorithms/diagnostics.h)
// between its evaluations, added up over an arm's runs: the first such stretch, the middle one and the last. A bin's
// height is its share of all units, so the heights of a line sum to 1. Arms whose runs record none, or not all alike,
// are left out; of many arms the first are shown.
std::vector<Plot> RatioHistograms(const RunSet& set);

// For each unit that has them, the importance ratios' median with the band from their 5th to their 95th hundredth: the
// spread of the histograms over training. Means over blocks of steps and over seeds.
std::vector<Plot> RatioPlots(const RunSet& set);

}  // namespace suite
