// The monitors of one run: history, alarms so far, and the batches at fault on disk.
//
//   RunMonitor monitor(config.monitors, run_folder + "/alarms");
//   monitor.Recall(ReadRun(store_path));                       // after a resume: the steps that were recorded before
//   const std::string stop = monitor.Watch(step, record, recorded_task.last());
//   if (!stop.empty()) Fail(stop);                             // a monitor with the policy "stop", or NaN
//   store.Finish(monitor.Summary() + ...);
//
// The first alarm of each monitor is written to stderr (the run's log) with the name of its batch file; later ones are
// only counted.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/config/run_config.h"
#include "harness/metrics/run_record.h"
#include "harness/monitors/batch_at_fault.h"
#include "harness/monitors/monitors.h"
#include "harness/rl/trainer.h"

namespace suite {

class RunMonitor {
 public:
  RunMonitor(const MonitorConfig& settings, std::string folder) : settings_(settings), folder_(std::move(folder)) {}

  // Takes the recorded steps up to `last_step` as history, with the alarms they raised; writes nothing.
  void Recall(const RunRecord& run, int64_t last_step);

  // Looks at the newest step. Returns why the run must stop; empty when it need not. A batch file that cannot be
  // written is reported on stderr and does not stop the run.
  std::string Watch(int64_t step, const StepRecord& record, const BatchAtFault& batch);

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
