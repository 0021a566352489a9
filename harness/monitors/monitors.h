// Watches a run for the signs of failure that the Rank-GRPO paper names, and two of any RL.
//
//   RunMonitor monitor(config.monitors, run_folder + "/alarms");
//   monitor.Recall(ReadRun(store_path), step);                 // after a resume: the steps that were recorded before
//   const std::string stop = monitor.Watch(step, record, recorded_task.last());
//   if (!stop.empty()) Fail(stop);                             // a monitor with the policy "stop", or NaN
//   store.Finish(monitor.Summary() + ...);
//
// monitor           what it looks at, w = settings.window steps
// catalog_drift     in_catalog_ratio: mean of the last w steps below the mean of the first w by catalog_drop
// tail_degradation  DCG of the sampled lists: of all N ranks, mean of the last w above that of the first w by tail_rise
//                   (relative), while that of the first quarter of the ranks has not risen at all
// collapse          entropy: mean of the last w under entropy_floor (nats a token); duplicate_share: mean of the last w
//                   above that of the first w by duplicate_rise; reward or loss: the newest value away from the mean of
//                   the w before it by more than spike_sigmas of their (population) standard deviations;
//                   validation_loss: the newest one above the mean of the evaluations before it (3 to w of them) by
//                   more than that. Steps without an evaluation have none
// exploding_ratio   largest importance ratio of a token over ratio_limit
// no_signal         the first five steps have nothing to learn from: most ranks cannot be parsed, or no answer names an
//                   item of the catalogue, or none earned a reward, or every group's answers earned the same; always
//                   warns, with the setting to look at
// not_finite        loss, grad_norm, entropy or reward is NaN or infinite; always stops
//
// Comparisons with the first w steps begin at step 2 w, so the windows never overlap. Paper: section on off-policy
// training and its appendix on collapse; the thresholds are ours.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/config/run_config.h"
#include "harness/metrics/run_record.h"
#include "harness/monitors/batch_at_fault.h"
#include "harness/rl/trainer.h"

namespace suite {

// One step as the monitors see it; a series that the run does not have is NaN and is not judged.
struct MonitorSample {
  int64_t step = 0;
  double loss = 0;
  double grad_norm = 0;
  double entropy = 0;           // nats a token
  double in_catalog_ratio = 0;  // share of given ranks
  double duplicate_share = 0;   // likewise
  double reward = 0;
  double head_dcg = 0;  // mean over sampled lists of DCG at a quarter of the ranks
  double list_dcg = 0;  // likewise at all ranks
  double ratio_max = 0;
  double validation_loss = 0;  // nats a token (harness/rl/validation_loss.h); NaN at steps without an evaluation
  double unparsed = 0;         // share of ranks
  double flat_groups = 0;      // share of groups whose answers earned the same at every rank: their advantages are 0
};

enum class MonitorPolicy { kOff, kWarn, kStop };

struct Alarm {
  std::string monitor;  // "collapse"
  int64_t step = 0;
  MonitorPolicy policy = MonitorPolicy::kWarn;
  std::string reason;  // "entropy 0.012 under 0.05"
};

// The series of a step, by their names in the metrics store (rl_trainer.h, algorithms/diagnostics.h).
MonitorSample SampleOf(int64_t step, const StepRecord& record);

// At most one alarm a monitor, about the last sample. `history` holds every step from the first on.
std::vector<Alarm> LookForAlarms(const std::vector<MonitorSample>& history, const MonitorConfig& settings);

// The monitors of one run: its history, the alarms so far, and the batches at fault on disk. The first alarm of each
// monitor is written to stderr (the run's log) with the name of its batch file; later ones are only counted.
class RunMonitor {
 public:
  RunMonitor(const MonitorConfig& settings, std::string folder) : settings_(settings), folder_(std::move(folder)) {}

  // Takes the recorded steps up to `last_step` as history, with the alarms they raised; writes nothing.
  void Recall(const RunRecord& run, int64_t last_step);

  // Looks at the newest step. Returns why the run must stop; empty when it need not. A batch file that cannot be
  // written is reported on stderr and does not stop the run.
  std::string Watch(int64_t step, const StepRecord& record, const BatchAtFault& batch);

  // The monitors that have raised an alarm, in the order of names.
  std::vector<std::string> Raised() const;

  // "alarm.collapse" = "3 steps, first at 12: entropy 0.01 under 0.02", in the order of names.
  NamedTexts Summary() const;

 private:
  struct Seen {
    int64_t count = 0;
    Alarm first;
  };

  // Returns the alarms of this step.
  std::vector<Alarm> Add(const MonitorSample& sample);

  MonitorConfig settings_;
  std::string folder_;
  std::vector<MonitorSample> history_;
  std::map<std::string, Seen> seen_;
};

}  // namespace suite
