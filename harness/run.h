// One run from its config to a finished store: load the data and the SFT policy, train, evaluate, record; or go on
// where a killed process stopped.
//
//   ExecuteRun(config, {"results/quickstart/runs", "results/cache"}, argv, report);
//
// A run's folder is named after its ConfigHash and holds
//   config.toml           the whole config
//   store.h5              the metrics store (harness/metrics)
//   checkpoints/          weights and optimizer state while it runs
//   policy/               the trained policy, a Hugging Face folder, when it is done
// A finished run is left as it is. A killed one loses at most the steps since its last checkpoint, and ends with the
// same numbers, to the bit, as one that was never killed.
#pragma once

#include <string>
#include <vector>

#include "harness/config/run_config.h"
#include "harness/stages.h"

namespace suite {

struct RunFolders {
  std::string runs;   // "results/quickstart/runs"
  std::string cache;  // "results/cache"
};

std::string RunFolder(const RunFolders& folders, const RunConfig& config);
std::string StorePath(const RunFolders& folders, const RunConfig& config);

// Is there a finished store?
bool IsDone(const RunFolders& folders, const RunConfig& config);

// Throws InputError for an objective whose parts do not go together: before anything is computed.
void CheckObjective(const RunConfig& config);

// Throws InputError for a config or data that cannot be used.
void ExecuteRun(const RunConfig& config, const RunFolders& folders, const std::vector<std::string>& argv,
                const ReportProgress& report);

// The names that objective.preset may have.
std::vector<std::string> ObjectiveNames();

}  // namespace suite
