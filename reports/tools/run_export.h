// One run in the forms that other tools read: TensorBoard, CSV, JSON lines, MLPerf's MLLOG.
//
//   const RunRecord run = ReadRun("results/quickstart/runs/3f2a/store.h5");
//   WriteFileAtomically("logdir/3f2a/events.out.tfevents.0.suite", ToTensorBoard(run));
//   WriteFileAtomically("3f2a.csv", SeriesCsv(run));
//
// In all of them a vector series such as reward_by_rank [10] becomes reward_by_rank/1 .. /10, and an evaluation's mean
// over conversations is SPLIT/METRIC. Numbers of text forms read back to the same double; TensorBoard keeps floats.
// The same store gives the same bytes.
#pragma once

#include <string>

#include "harness/metrics/run_record.h"

namespace suite {

// All series and mean scores as scalars. Wall times count the seconds of the series step_s from the start, where the
// run has it.
std::string ToTensorBoard(const RunRecord& run);

// step, then one column for each scalar of the series: one line a step.
std::string SeriesCsv(const RunRecord& run);

// split, step, conversation, then one column for each metric: one line a conversation and evaluation.
std::string ScoresCsv(const RunRecord& run);

// {"type": "run", config, provenance, summary}, then {"type": "step", ...} and {"type": "evaluation", ...} by step,
// then {"type": "counts", ...}.
std::string ToJsonLines(const RunRecord& run);

// ":::MLLOG {...}" lines (github.com/mlcommons/logging, mllog): init_start, what was run and its settings, init_stop,
// run_start, blocks of training, evaluations with eval_accuracy of `metric` on `split`, run_stop with its status.
// samples_count is the completions so far (steps where the batch size is not in the config). time_ms counts from
// started_utc by step_s, so initialisation and evaluation take no time; without started_utc it is 0. What no record
// tells is left out: the organisation, and whether caches were cleared. Throws InputError when the run has no such
// split or metric.
std::string ToMllog(const RunRecord& run, const std::string& split, const std::string& metric);

}  // namespace suite
