#include "experiments/work_together.h"

#include <iostream>
#include <memory>

#include "harness/distributed/run_device.h"
#include "harness/launcher/exit_codes.h"
#include "harness/launcher/stop_request.h"

namespace suite {
namespace {

// Where the tensors of collectives lie; the GPU of this process becomes the current one.
at::DeviceType DeviceOfAll(const std::vector<RunConfig>& configs, const ProcessRank& process) {
  at::DeviceType type = at::kCPU;
  for (const RunConfig& config : configs) {
    const at::Device device = DeviceOfRun(config.run.device, process.local_rank);
    if (!device.is_cpu()) type = device.type();
  }
  return type;
}

}  // namespace

ProcessRank PlaceOfThisProcess() { return WithOwnGpu(ReadProcessRank(SystemEnvironment()), &CountGpus); }

int WorkTogether(const ProcessRank& process, const std::vector<RunConfig>& configs,
                 const std::function<int(ProcessGroup&)>& work) {
  const StopSignals signals;
  const std::unique_ptr<ProcessGroup> group = JoinProcesses(process, DeviceOfAll(configs, process));
  int code = kExitDone;
  try {
    code = work(*group);
  } catch (const StoppedOnRequest& stopped) {
    std::cerr << stopped.what() << std::endl;
    code = kExitRequeue;
  }
  group->Barrier("end of the work");
  return code;
}

int ExitCodeOf(RunOutcome outcome) { return outcome == RunOutcome::kBusy ? kExitBusy : kExitDone; }

}  // namespace suite
