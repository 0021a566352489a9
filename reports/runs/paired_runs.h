// Which runs a comparison sets against each other.
//
//   const PairedRuns runs = PairRuns(spec, set, {"rank_grpo_log", "grpo", "ndcg@5"});
//   ScoresOf(runs.left, "test", "ndcg@5");                // [S][C], in the same order as those of runs.right
#pragma once

#include <string>
#include <vector>

#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"
#include "reports/statistics/statistics.h"

namespace suite {

// One side of a comparison: runs, and whether their scores before training are meant.
struct RunSide {
  std::vector<const ReportRun*> runs;
  bool is_start = false;
};
ScoreMatrix ScoresOf(const RunSide& side, const std::string& split, const std::string& metric);

// What both sides of a comparison have: runs of one seed, in the same order. The one run of a counted arm stands beside
// each seed of the other. A side that is the baseline takes the step-0 scores of the other side's runs, as far as they
// have a start; beside a counted arm, which has none, each different start of the first group (start_groups.h) once.
// Empty when no seed is in both arms.
struct PairedRuns {
  RunSide left;
  RunSide right;
};
PairedRuns PairRuns(const ReportSpec& spec, const RunSet& set, const Comparison& comparison);

// The name for readers of one side of a comparison with `other`: of an arm, or of the start that the other side has.
std::string NameOfSide(const ReportSpec& spec, const RunSet& set, const std::string& value, const std::string& other);

// The names of both sides' runs, sorted, each once.
std::vector<std::string> HashesOf(const PairedRuns& runs);

}  // namespace suite
