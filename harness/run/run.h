// One run from its config to a finished store: load the data, prepare the policy that RL starts from (harness/sft),
// step (train, evaluate, record, save), finish; or go on where a killed process stopped.
//
//   ExecuteRun(config, {"results/quickstart/runs", "results/cache"}, argv, report);
//
// A run's folder (run_folder.h) is named after its ConfigHash and holds
//   config.toml           the whole config
//   store.h5              the metrics store (harness/metrics)
//   checkpoints/          weights and optimizer state while it runs
//   policy/               the trained policy, a Hugging Face folder, when it is done
//   lease, lease.guard    which process is at it
//   rollouts.json         some of the last step, until the store has them (answer_credit.h)
//   alarms/               batches at which a monitor raised an alarm (harness/monitors)
// A run that counts (policy.kind) has no checkpoints and no policy: counted_run.h.
// A finished run is left as it is. A killed one loses at most the steps since its last checkpoint, and ends with the
// same numbers, to the bit, as one that was never killed.
//
// Series of the store: the trainer's and the task's (harness/rl: trainer.h, conversation_task.h); harness_s, the
// seconds between the step before and this one, evaluation left out; validation_loss (harness/rl/validation_loss.h),
// NaN at steps without an evaluation, where the data have one. Summary: seconds and memory of "preparation" (data,
// shared stages), "training", "evaluation" and "saving" (harness/provenance/phase_meter.h); alarms (harness/monitors);
// "reason" of a failure.
#pragma once

#include <string>
#include <vector>

#include "harness/config/run_config.h"
#include "harness/distributed/process_group.h"
#include "harness/run/run_folder.h"
#include "harness/sft/stages.h"

namespace suite {

struct RunOptions {
  // Goes on from a checkpoint of other data or another world size, and records that.
  bool force_resume = false;
  // The processes that train this run together, all with the same arguments (harness/distributed); null: this one. Rank
  // 0 has the lease, writes store, checkpoints and policy; run.threads counts the threads of all.
  ProcessGroup* group = nullptr;
};

// kBusy: a live process holds the run's lease (harness/metrics/run_lease.h), and nothing was done.
enum class RunOutcome { kDone, kBusy };

// Throws InputError for an objective whose parts do not go together: before anything is computed.
void CheckObjective(const RunConfig& config);

// Throws StoppedOnRequest (harness/launcher/stop_request.h) after a checkpoint; InputError for config, device or data
// that cannot be used, for a checkpoint that does not fit, and for a run that has failed: a loss that is not finite, in
// RL or in a stage before it, or a monitor with the policy "stop" (its store then says so, and why). A store that is
// damaged is set aside as store.h5.damaged-N, and the run goes on from its last checkpoint.
RunOutcome ExecuteRun(const RunConfig& config, const RunFolders& folders, const std::vector<std::string>& argv,
                      const ReportProgress& report, const RunOptions& options = {});

// The names that objective.preset may have.
std::vector<std::string> ObjectiveNames();

}  // namespace suite
