// One run as it was recorded: its config, where it came from, its step series and its per-conversation scores.
//
// Use it to read a store, also while the run goes on or after it was killed:
//
//   RunRecord run = ReadRun("results/store/3f2a91c0.h5");
//   const StepSeries& reward = FindSeries(run, "reward");
//   const ScoreTable& test = FindScores(run, "test");
//   float ndcg = test.At(row, metric, conversation);       // row: index into test.steps
//
// The file (HDF5, format version 1) can be read with h5py too: attributes format, format_version, run_name, config,
// status; groups /provenance and /summary hold text attributes in order; /step and /series/NAME the step series
// (float64 [rows] or [rows, width]); /scores/SPLIT/{step, conversation_ids, context_ids, values/METRIC} (float32 [rows,
// conversations]; no context_ids in stores that record none); /answers/{conversation_id, text} and, where ranks are
// judged, /answers/ranks/{answer, line, verdict, relevance, credit, advantage}, a row for each rank of each answer;
// /rollouts and /first_answers likewise; attribute credit_kind; /lists/SPLIT, all that the metrics are made of
// (evaluated_lists.h); /counts/NAME/{step, counts} (float64 [rows, width]) where something was counted. Texts are
// UTF-8 of fixed size (bytes in h5py). h5py opens a store that is being written, or was cut off, with File(path, "r",
// libver="latest", swmr=True).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "harness/metrics/evaluated_lists.h"

namespace suite {

// An ordered list of named texts.
using NamedTexts = std::vector<std::pair<std::string, std::string>>;

struct StepSeries {
  std::string name;
  int64_t width = 1;           // 1: a scalar for each step; else a vector, such as reward_by_rank [N]
  std::vector<double> values;  // [rows, width], row-major
};

// What a series of counts adds up to over stretches of the run: (0, steps[0]], (steps[0], steps[1]], ...
struct CountTable {
  std::string name;
  int64_t width = 1;
  std::vector<int64_t> steps;  // the last step of each stretch, rising
  std::vector<double> counts;  // [rows, width], row-major
};

struct ScoreTable {
  std::string split;                          // "validation", "test"
  std::vector<std::string> conversation_ids;  // the columns of every row
  std::vector<std::string> metric_names;      // "ndcg@5", ...
  std::vector<int64_t> steps;                 // the training step of each evaluation, rising; 0 is the start
  std::vector<float> values;                  // [rows, metrics, conversations], row-major
  // What each conversation shares with others, such as a hash of its prompt: conversations of one context rise and fall
  // together. "": its own. Empty: none recorded, each is its own.
  std::vector<std::string> context_ids = {};

  float At(size_t row, size_t metric, size_t conversation) const {
    return values[(row * metric_names.size() + metric) * conversation_ids.size() + conversation];
  }
};

// What one rank of an answer was judged to be, and what the run's objective gives for it.
struct RankCredit {
  int64_t line = 0;      // of the answer's text, counted from 0
  std::string verdict;   // "hit", "miss", "duplicate", "seen", "unknown_title", "wrong_year", "other_spelling" (both
                         // not in the catalogue, though the title is), or "unparsed"
  double relevance = 0;  // 1 for a hit
  double credit = 0;     // the objective's return at this rank, with its penalties; one value for all at unit sequence
  double advantage = 0;  // what the update saw; NaN for an answer that no update saw
};

struct SampleAnswer {
  std::string conversation_id;
  std::string text;
  std::vector<RankCredit> ranks = {};  // the ranks that count; empty in stores that record none
};

struct RunRecord {
  std::string path;            // where it was read from
  std::string run_name;        // the hash of the config
  std::string config;          // the whole config, TOML or JSON
  std::string status;          // "running" (or cut off), "done", "failed"
  NamedTexts provenance;       // commit, build mode, library versions, CPU, ...
  std::vector<int64_t> steps;  // the step of each row of the series, rising
  std::vector<StepSeries> series;
  std::vector<ScoreTable> scores;
  std::vector<CountTable> counts;      // of ended runs, by evaluation; while a run goes on they are series
  NamedTexts summary;                  // written at the end: wall time, peak memory, ...; "reason" when failed
  std::vector<SampleAnswer> answers;   // of the last evaluation
  std::vector<SampleAnswer> rollouts;  // some groups of the last training step, those of one conversation together
  EvaluatedLists lists;                // of the test split, at the start and at the end; none in older stores
  std::string credit_kind;  // the objective's return: "log", "exp_inf", "sequence_dcg", ...; "": none recorded
  // Of the evaluation before the first step, to the conversations of `answers`; none in older stores and without steps.
  std::vector<SampleAnswer> first_answers;
};

// Another program has the store open for writing, or left it so: nothing says that it is damaged.
struct LockedStore : InputError {
  explicit LockedStore(const std::string& path);
};

// Reads a whole store. Rows that a kill left half written are not returned. Throws InputError naming `path` and the
// reason when the file is missing, foreign, truncated or damaged, and LockedStore.
RunRecord ReadRun(const std::string& path);

// What a display says of a run.
struct RunStatus {
  std::string status;          // as in RunRecord
  NamedTexts summary;          // likewise
  int64_t step = 0;            // the last one that was recorded
  std::vector<double> step_s;  // seconds of each step; empty where none are recorded
  // Of the series reward and in_catalog_ratio, and the mean of each split's first nDCG ("validation ndcg@5").
  std::vector<std::pair<std::string, double>> newest;
  std::vector<std::pair<std::string, int64_t>> conversations;  // of each split, once it was evaluated
};

// Reads some attributes, two numbers a step and one row of each split, however large the store is, also while the run
// goes on. Throws as ReadRun does, but does not look at the rest: a store that is damaged there looks whole.
RunStatus ReadRunStatus(const std::string& path);

// The part with that name. Throws InputError (with the known names) when there is none.
const StepSeries& FindSeries(const RunRecord& run, const std::string& name);
const ScoreTable& FindScores(const RunRecord& run, const std::string& split);
// The place of `metric` in the table's metric_names. Throws InputError likewise; `run` gives the file's name.
size_t FindMetric(const RunRecord& run, const ScoreTable& table, const std::string& metric);
// The text with that key, or `otherwise`.
std::string FindText(const NamedTexts& texts, const std::string& key, const std::string& otherwise = "");

// Every text that the key has had: at the start, and after each resume that changed it ("resumed_at_STEP/KEY", see
// metrics_store.h). When there is none: `otherwise`, if that is not empty.
std::vector<std::string> AllTexts(const NamedTexts& texts, const std::string& key, const std::string& otherwise = "");

// Keeps the rows with step <= last_step, in the series and in every score table.
void KeepStepsUpTo(int64_t last_step, RunRecord* run);

// Takes the series of counts (kCountsPrefix in store_layout.h) out of the record and puts their sums between the
// evaluations in their place, with what comes after the last evaluation as one more stretch: a
// histogram for each step would be most of a long run's store.
void FoldCounts(RunRecord* run);

// SHA-256 over everything in the record but its path.
std::string ContentDigest(const RunRecord& run);

// The same over what equal config, seed and machine must reproduce to the bit: without the provenance and without the
// series and summary values that measure the machine (names ending in _s for seconds, _mib or _bytes for memory).
std::string DeterministicDigest(const RunRecord& run);

}  // namespace suite
