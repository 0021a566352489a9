// From which policies the runs of a comparison started: what its verdict may speak of.
//
//   const PairedRuns runs = PairRuns(spec, set, comparison);
//   const PairedStarts starts = StartsOf(runs, "test");
//   starts.from;                               // " from this start": all of them began with one policy
//   MeansByStart(scores_SC, starts.of_S);      // one row a start where they differ
//
// Runs of one start share what chance gave it, so where starts differ it is they that are drawn anew, not the runs: the
// runs of one start are averaged, and a start counts as one seed. Where all share one start, nothing tells what another
// would change, and a verdict says so.
#pragma once

#include <string>
#include <vector>

#include "reports/runs/paired_runs.h"
#include "reports/runs/run_set.h"
#include "reports/statistics/statistics.h"

namespace suite {

struct PairedStarts {
  std::vector<size_t> of_S;  // the number of each pair's start; each its own number where all pairs share one
  // " from this start" where all runs of both sides share one, " from these starts" where each side has one of its own,
  // else empty; " in these runs" for one pair, which says nothing of others. A counted side has no start: the other
  // one's counts, and with two counted sides there is nothing to add.
  std::string from;
};

// A run's start is told by StartOf (start_groups.h).
PairedStarts StartsOf(const PairedRuns& runs, const std::string& split);

// The same of one arm's runs, without words.
std::vector<size_t> StartsOf(const std::vector<const ReportRun*>& runs, const std::string& split);

// The mean of the rows of each start, in the order of their first row. Keeps the rows where each has its own number.
ScoreMatrix MeansByStart(const ScoreMatrix& rows_S, const std::vector<size_t>& of_S);

}  // namespace suite
