// The append-only record of one run: an HDF5 file that survives a kill at any moment.
//
// The trainer writes it; reports read it (run_record.h), also while the run goes on.
//
//   StoreSchema schema;
//   schema.run_name = config_hash;
//   schema.config = config_toml;
//   schema.provenance = {{"commit", "0398a2c"}, {"build_mode", "opt"}};
//   schema.series = {{"loss", 1}, {"reward_by_rank", 10}};
//   schema.scores = {{"test", conversation_ids, {"recall@5", "ndcg@5"}}};
//   MetricsStore store = resuming ? MetricsStore::Resume(path, schema, checkpoint_step)
//                                 : MetricsStore::Create(path, schema);
//   store.AppendScores("test", 0, {recall5, ndcg5});                             // before the first step
//   store.AppendStep(1, {{"loss", {0.7}}, {"reward_by_rank", reward_by_rank}});  // each step
//   store.Finish({{"wall_s", "81.2"}, {"peak_rss_mib", "412"}}, {answers});
//
// Names. A series or summary value that measures the machine ends in _s (seconds), _mib or _bytes; everything else must
// come out the same to the bit when the run is repeated (DeterministicDigest in run_record.h checks that).
//
// How a kill is survived. While the run goes on the file is open for HDF5's single-writer, multiple-reader mode in the
// newest format, and each append flushes its datasets, the step column last: a row counts once its step is there.
// Chunks are neither compressed nor checksummed, since those are lost whole when a kill tears one. Beginning, resuming
// and ending write a whole new file and rename it into place. Rows live in the system's page cache until it writes
// them: a power cut may lose the last ones, and Resume then says so.
//
// Design goals: one file a run, readable at any moment, bit-equal for equal runs. Non-goals: several writers,
// compression, random access for writing.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/metrics/evaluated_lists.h"
#include "harness/metrics/run_record.h"

namespace suite {

struct SeriesSchema {
  std::string name;   // "loss", "clip_ratio/low_mean": unique, and no name is a folder of another
  int64_t width = 1;  // 1: a scalar; else the length of the vector that each step brings
};

struct ScoreSchema {
  std::string split;
  std::vector<std::string> conversation_ids;
  std::vector<std::string> metric_names;
  // The context of each conversation: what it shares with others, such as a hash of its prompt's text. "": its own.
  // Empty: none is recorded. Standard errors are clustered by it.
  std::vector<std::string> context_ids = {};
};

struct StoreSchema {
  std::string run_name;  // the config's hash
  std::string config;    // the whole config as text
  NamedTexts provenance;
  std::vector<SeriesSchema> series;
  std::vector<ScoreSchema> scores;
  EvaluatedLists lists = {};                     // of the evaluation before the first step
  std::vector<SampleAnswer> first_answers = {};  // likewise; NUL bytes in their text become U+FFFD
};

// What a run keeps for its readers; see RunRecord.
struct RunSamples {
  std::vector<SampleAnswer> answers = {};
  std::vector<SampleAnswer> rollouts = {};
  std::string credit_kind = "";
  EvaluatedLists lists = {};  // of the last evaluation: its ranks join those of the schema
};

// The version of the HDF5 library at work, "1.10.8".
std::string Hdf5Version();

class MetricsStore {
 public:
  // Begins a run. Throws InputError when another process writes it, when `path` holds a finished run or something that
  // is not an unfinished store (nothing is overwritten that the suite did not begin), or when it cannot be written.
  static MetricsStore Create(const std::string& path, const StoreSchema& schema);

  // Goes on after a kill: rows after `checkpoint_step` are cut, and the next ones are appended. Throws InputError when
  // the file is damaged, finished, of another run (name, config, series or score tables differ), written by another
  // process, or when it lacks the row of `checkpoint_step` (0 means before the first step, and needs none). Where
  // `schema.provenance` differs from what was recorded, the new value is added as "resumed_at_STEP/KEY".
  static MetricsStore Resume(const std::string& path, const StoreSchema& schema, int64_t checkpoint_step);

  MetricsStore(MetricsStore&&) noexcept;
  MetricsStore& operator=(MetricsStore&&) noexcept;
  ~MetricsStore();

  // One row of every series. Steps rise; `values` holds exactly the schema's series, each of its width.
  void AppendStep(int64_t step, const std::map<std::string, std::vector<double>>& values);

  // One evaluation: [metric][conversation], in the schema's order. Steps rise within a split.
  void AppendScores(const std::string& split, int64_t step, const std::vector<std::vector<float>>& values);

  // Ends the run: counts are summed up by evaluation (FoldCounts), status "done", the summary in its order, and sample
  // answers (NUL bytes in their text become U+FFFD). The store takes no more calls.
  void Finish(const NamedTexts& summary, const RunSamples& samples = {});

  // Ends the run as failed, with the reason as the first entry of the summary. The store takes no more calls.
  void Fail(const std::string& reason, const NamedTexts& summary = {});

 private:
  class Writer;

  MetricsStore(std::unique_ptr<Writer> writer);
  void End(const std::string& status, const NamedTexts& summary, const RunSamples& samples);

  std::unique_ptr<Writer> writer_;
};

}  // namespace suite
