// What a run leaves behind while it goes on: rows and scores in its store, checkpoints, alarms. Rank 0 writes; on the
// other ranks every call is there to be made and does nothing.
//
//   RunRecorder recorder(config, dataset, folders, ProvenanceOfRun(...), group);
//   if (auto state = recorder.Resume(weights, /*force=*/false)) Restore(*state);     // else, from the start:
//   recorder.MakeFolder();
//   recorder.Begin(first_step_record, lists);                                        // its names become the series
//
//   recorder.AppendScores("validation", 0, evaluation.scores);
//   const std::string stop = recorder.AppendStep(1, record, recorded_task.last());
//   if (!stop.empty()) recorder.Fail(stop, meter.Summary());
//   recorder.SaveCheckpoint(1, policy_state);
//   recorder.Finish(meter.Summary(), answers, "log", lists);
//
// A checkpoint stands for everything before it: it is saved after the rows and scores of its step.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/config/run_config.h"
#include "harness/data/dataset.h"
#include "harness/distributed/process_group.h"
#include "harness/metrics/evaluated_lists.h"
#include "harness/metrics/metrics_store.h"
#include "harness/metrics/run_record.h"
#include "harness/monitors/batch_at_fault.h"
#include "harness/monitors/monitors.h"
#include "harness/policy/checkpoint.h"
#include "harness/policy/trained_policy.h"
#include "harness/rl/trainer.h"
#include "harness/run/run_folder.h"

namespace suite {

class RunRecorder {
 public:
  // `config` must outlive the recorder.
  RunRecorder(const RunConfig& config, const Dataset& dataset, const RunFolders& folders, NamedTexts provenance,
              const ProcessGroup& group);

  // The newest checkpoint of `weights` numbers that the store can be continued from, and the store opened for that;
  // nothing when there is none. `force`: also one of other data or another world size, which is then recorded. Throws
  // InputError for a checkpoint that does not fit.
  std::optional<TrainState> Resume(int64_t weights, bool force);

  // For a run from the start: the config is written, checkpoints of a store that is no more go.
  void MakeFolder();
  // `first`: the record of the first step, empty for a run without RL steps. Only its names are taken.
  // `lists` and `answers`: of the evaluation before it.
  void Begin(const StepRecord& first, EvaluatedLists lists, std::vector<SampleAnswer> answers);

  // Returns why the run must stop (harness/monitors); empty when it need not. What the store has no series for is left
  // out: an older program may have begun it.
  std::string AppendStep(int64_t step, const StepRecord& record, const BatchAtFault& batch);
  // Monitors that have raised an alarm so far.
  std::vector<std::string> Alarms() const { return monitor_.Raised(); }
  void AppendScores(const std::string& split, int64_t step, const std::vector<std::vector<float>>& scores);
  void SaveCheckpoint(int64_t step, const PolicyState& state);

  // Rollouts of the last step: Finish records them, also when the run is stopped before it and goes on.
  void KeepRollouts(const std::vector<SampleAnswer>& rollouts);

  // `lists`: of the last evaluation, empty where there is only that before the first step.
  void Finish(const NamedTexts& summary, const std::vector<SampleAnswer>& answers, const std::string& credit_kind,
              const EvaluatedLists& lists);
  // Ends the run for good: its store, made for that where there is none, says that it failed, and why. Throws
  // InputError with what may help, on every rank.
  [[noreturn]] void Fail(const std::string& reason, const NamedTexts& summary,
                         const std::string& advice = "other settings, such as a lower rl.learning_rate");

 private:
  // What a checkpoint must have been saved with.
  using Belonging = std::vector<std::pair<std::string, std::string>>;

  NamedTexts WithAlarms(NamedTexts summary) const;
  std::string RolloutsPath() const { return folder_ + "/rollouts.json"; }

  const RunConfig& config_;
  bool leads_;
  std::string folder_, store_path_;
  Belonging belongs_to_;
  StoreSchema schema_;
  CheckpointFolder checkpoints_;
  RunMonitor monitor_;
  std::optional<MetricsStore> store_;
};

}  // namespace suite
