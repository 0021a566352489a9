// The stages that many runs share: the pre-trained base policy and the fine-tuned one, cached on disk by content hash.
//
//   StageCache cache("results/cache");
//   Policy sft = PrepareSft(config, dataset, cache, report);     // loads it, or trains what is missing
//
// results/cache/pretrain-HASH and results/cache/sft-HASH are Hugging Face folders; HASH is StageHash(config, stage), so
// a changed setting makes another folder and leaves the old one alone. A stage that was killed goes on from its last
// checkpoint. Two processes that need one stage do not train it twice: the second waits for the first.
//
// Beside each folder lie its curve and what ended it (supervised_stage.h): sft-HASH.curve.csv, sft-HASH.training.json.
//
// results/cache/demonstrations holds what the teacher said, what was made of it, and an audit page
// (harness/demonstrations).
#pragma once

#include <string>

#include "harness/config/run_config.h"
#include "harness/data/dataset.h"
#include "harness/demonstrations/demonstrations_of_run.h"
#include "harness/distributed/process_group.h"
#include "harness/sft/supervised_stage.h"
#include "models/policy/policy_folder.h"

namespace suite {

class StageCache {
 public:
  explicit StageCache(std::string folder) : folder_(std::move(folder)) {}

  // Where the result of a stage ("pretrain" or "sft") lies or will lie.
  std::string Folder(const RunConfig& config, const std::string& stage) const;
  bool Has(const RunConfig& config, const std::string& stage) const;
  // The folder of what demonstrations are made of, and of their audit pages (harness/demonstrations).
  std::string Demonstrations() const;

 private:
  std::string folder_;
};

// The policy that RL starts from. With sft.demonstrations = "none" that is the base policy (R1-zero).
//
// The processes of `group` (null: this one) all make the call and train together, run.stage_threads shards between
// them; rank 0 locks, asks the teacher, and writes the cache, from which the others read: all must see its folder. The
// result is the same on every rank and for every number of processes. Throws StageDiverged (supervised_stage.h),
// and StoppedOnRequest (harness/launcher/stop_request.h) also while it waits for another program's stage.
Policy PrepareSft(const RunConfig& config, const Dataset& dataset, const StageCache& cache,
                  const ReportProgress& report, ProcessGroup* group = nullptr);

// What sft.demonstrations makes of the training split, and nothing after it. Throws InputError for a kind that asks no
// teacher.
MadeDemonstrations PrepareDemonstrations(const RunConfig& config, const Dataset& dataset, const StageCache& cache,
                                         const ReportProgress& report);

// The same for its effect on the cache only: what a launcher does once before the runs that share the stages. A stage
// that diverges is told of on stderr and left to those runs, each of which records it as the reason of its failure.
void TrainSharedStages(const RunConfig& config, const std::string& cache_folder, const ReportProgress& report,
                       ProcessGroup* group = nullptr);

}  // namespace suite
