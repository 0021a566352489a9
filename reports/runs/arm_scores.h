// Scores of arms as matrices [seed][conversation].
//
//   ScoreMatrix rank_SC = FinalScores(arm.done, "test", "ndcg@5");
//   ScoreMatrix sft_SC = StartScores(arm.done, "test", "ndcg@5");      // step 0 of the same runs
#pragma once

#include <string>
#include <vector>

#include "reports/runs/run_set.h"
#include "reports/statistics/statistics.h"

namespace suite {

// Each run's last evaluation. Throws InputError naming the file when split or metric are unknown or never evaluated.
ScoreMatrix FinalScores(const std::vector<const ReportRun*>& runs, const std::string& split, const std::string& metric);

// Whether the run was evaluated at step 0 and later: its step 0 is then a start, and not the final score itself.
bool HasStart(const ReportRun& run, const std::string& split);

// The runs of all arms that have ended well and have a start.
std::vector<const ReportRun*> AllWithStart(const RunSet& set, const std::string& split);

// Each run's evaluation at step 0, before any update. Throws InputError likewise.
ScoreMatrix StartScores(const std::vector<const ReportRun*>& runs, const std::string& split, const std::string& metric);

// The series of that name; null where the run has none.
const StepSeries* SeriesOf(const RunRecord& run, const std::string& name);

// The mean over the conversations of one evaluation, for the metric at that place (FindMetric).
double MeanScore(const ScoreTable& table, size_t row, size_t metric);

// The step of the run's last evaluation.
int64_t FinalStep(const ReportRun& run, const std::string& split);

// Whether the step-0 scores of all these runs are equal to the bit, in every metric of the split.
bool ShareOneStart(const std::vector<const ReportRun*>& runs, const std::string& split);

// The runs' names, in their order.
std::vector<std::string> HashesOf(const std::vector<const ReportRun*>& runs);

}  // namespace suite
