// What one process of a group does around its share of the work, whoever started the group: torchrun, srun, mpirun, or
// the worker pool (harness/distributed/process_rank.h). A world of one goes the same way.
//
//   return WorkTogether(place, {config}, [&](ProcessGroup& group) {
//     return Outcome(ExecuteRun(config, folders, argv, report, {/*force_resume=*/false, &group}));
//   });
#pragma once

#include <functional>
#include <vector>

#include "harness/config/run_config.h"
#include "harness/distributed/process_group.h"
#include "harness/distributed/process_rank.h"
#include "harness/run/run.h"

namespace suite {

// The place that the environment tells, and the GPU of this process among those it sees.
ProcessRank PlaceOfThisProcess();

// Meets the others, with NCCL where a config computes on GPUs, and gives the exit code of `work`; kExitRequeue when it
// was stopped on request. In both cases no process ends before rank 0 has, which saves for all. Signals that ask to
// stop are watched meanwhile (harness/launcher/stop_request.h). Throws GroupError when another process is lost.
int WorkTogether(const ProcessRank& process, const std::vector<RunConfig>& configs,
                 const std::function<int(ProcessGroup&)>& work);

// kExitDone or kExitBusy.
int ExitCodeOf(RunOutcome outcome);

}  // namespace suite
