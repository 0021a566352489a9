#include "experiments/run_in_group.h"

#include <iostream>

#include "base/error.h"
#include "experiments/bench.h"
#include "harness/distributed/process_group.h"
#include "harness/launcher/exit_codes.h"
#include "harness/launcher/stop_request.h"
#include "harness/run.h"
#include "harness/run_device.h"

namespace suite {
namespace {

// Where the tensors of collectives lie; the GPU of this process becomes the current one.
at::DeviceType DeviceOfAll(const Experiment& experiment, const ProcessPlace& place) {
  at::DeviceType type = at::kCPU;
  for (const ExperimentRun& run : experiment.runs) {
    const at::Device device = DeviceOfRun(run.config.run.device, place.local_rank);
    if (!device.is_cpu()) type = device.type();
  }
  return type;
}

// One line for each report of the first process.
ReportProgress ProgressOf(const ProcessGroup& group, const std::string& run) {
  if (group.rank() != 0) return [](const WorkerReport&) {};
  return [run](const WorkerReport& news) {
    std::cerr << run << ": step " << news.step << " of " << news.total << "  " << news.text << std::endl;
  };
}

}  // namespace

int RunInGroup(const BenchFlags& flags, const Experiment& experiment, const ProcessPlace& place,
               const std::vector<std::string>& argv) {
  if (flags.launcher != "local") {
    throw InputError("--launcher", flags.launcher + " in a process that " + place.launcher + " started", "local");
  }
  const StopSignals signals;
  const auto group = JoinProcesses(place, DeviceOfAll(experiment, place));
  Bench bench(flags, experiment);
  try {
    for (const ExperimentRun& run : experiment.runs) {
      RunOptions options;
      options.force_resume = flags.force_resume;
      options.group = group.get();
      const std::string name = run.arm + " seed " + std::to_string(run.config.seed);
      if (ExecuteRun(run.config, bench.folders(), argv, ProgressOf(*group, name), options) == RunOutcome::kBusy) {
        return kExitBusy;
      }
    }
  } catch (const StoppedOnRequest& stopped) {
    std::cerr << stopped.what() << std::endl;
    return kExitRequeue;
  }
  group->Barrier("end of the experiment");
  // Nothing is left to run: this writes the report.
  return group->rank() == 0 ? bench.Execute() : kExitDone;
}

}  // namespace suite
