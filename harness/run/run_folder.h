// The folder of a run, and who may work in it.
//
//   std::unique_ptr<RunLease> lease;
//   if (EnterRunFolder(folders, config, group, &lease) == FolderState::kOurs) ...   // ours until `lease` is gone
#pragma once

#include <memory>
#include <string>

#include "harness/config/run_config.h"
#include "harness/distributed/process_group.h"
#include "harness/metrics/run_lease.h"

namespace suite {

struct RunFolders {
  std::string runs;   // "results/quickstart/runs"
  std::string cache;  // "results/cache"
};

// Named after the run's ConfigHash.
std::string RunFolder(const RunFolders& folders, const RunConfig& config);
std::string StorePath(const RunFolders& folders, const RunConfig& config);

// A copy of the store as it was at the newest checkpoint, beside the checkpoints in `run_folder`: a kill in the middle
// of a write can leave the store itself unreadable. (Not called .h5: reports take every file of that ending for a run.)
std::string StoreAtCheckpoint(const std::string& run_folder);

// PREFIX1, or the first of PREFIX2, PREFIX3, ... that does not exist: where something is set aside.
std::string FirstFreePath(const std::string& prefix);

// Is there a finished store?
bool IsDone(const RunFolders& folders, const RunConfig& config);

// kDone: nothing is left to do. kBusy: a live process holds the lease.
enum class FolderState { kOurs, kDone, kBusy };

// Rank 0 makes the folder, takes its lease and looks at its store; all ranks get its answer, and rank 0 the lease.
// A damaged store is set aside as store.h5.damaged-N, and the copy of the newest checkpoint takes its place. Throws
// InputError for a folder that cannot be made, and for a run that has failed before: it would fail again.
FolderState EnterRunFolder(const RunFolders& folders, const RunConfig& config, ProcessGroup& group,
                           std::unique_ptr<RunLease>* lease);

}  // namespace suite
