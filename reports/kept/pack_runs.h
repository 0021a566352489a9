// Runs as they are kept: what a report says, and the judgement of every rank, without the items that were answered.
//
//   std::vector<KeptRecord> kept = PackRuns(runs, {"reward_by_rank"});
//   RunRecord run = UnpackRun(kept[0], "run.h5");
//
// Arrays of a kept run (C: conversations, M: metrics):
//   step; series/NAME             float32; float64 where full precision is asked for and float32 loses some. Series
//                                 that no report reads are left out (IsReported).
//   scores/SPLIT/{conversation_ids, context_ids, metric_names, step}
//   scores/SPLIT/patterns         float32 [patterns, M]: every different set of scores that any conversation had in any
//                                 of the runs, the most frequent first
//   scores/SPLIT/{start, later}   [C], [evaluations - 1, C]: the place of each conversation's scores in patterns
//   lists/SPLIT/wanted            [C]: how many ground truths
//   lists/SPLIT/length/STEP       [C]: how many items were answered at the evaluation of STEP
//   lists/SPLIT/judged/STEP       a byte for each of them: its verdict's place in kVerdicts, + 8 if the answer gave it
//                                 before, + 16 if it is near the catalogue. Every metric follows from these three.
//   lists/SPLIT/shown/...         the whole lists (evaluated_lists.h), items and all, of the conversations whose
//                                 answers are kept as text; `conversation` is the place in conversation_ids
//   counts/NAME/{step, counts}; answers/..., rollouts/...    as in a store (run_record.h)
// Texts: record {run_name, config, status, credit_kind, lists}, provenance, summary.
//
// An unpacked run has no EvaluatedLists; what reports say of items is counted before (Recommended, diversity.h). Scores
// come back to the bit.
#pragma once

#include <string>
#include <vector>

#include "harness/metrics/run_record.h"
#include "reports/kept/kept_record.h"

namespace suite {

// The verdicts of evaluated_lists.h, in the order of their numbers.
inline constexpr const char* kVerdicts[] = {"hit",           "miss",       "duplicate",     "seen",
                                            "unknown_title", "wrong_year", "other_spelling"};

// Throws InputError naming the run when a list holds an unknown verdict.
std::vector<KeptRecord> PackRuns(const std::vector<RunRecord>& runs, const std::vector<std::string>& exact_series);

// `path`: the run's, for errors and as its path.
RunRecord UnpackRun(const KeptRecord& kept, const std::string& path);

// Whether some report reads the series: those that are plotted, tables of times and costs, and `exact_series`.
bool IsReported(const std::string& series, const std::vector<std::string>& exact_series);

}  // namespace suite
