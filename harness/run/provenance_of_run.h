// Where the numbers of one run come from: what harness/provenance finds out about code and machine, and what only the
// run knows of itself.
//
//   schema.provenance = ProvenanceOfRun(config, dataset, group, device, argv);
//
// After the keys of CollectProvenance: data.NAME for each rule and file of the data set; world_size and started_by of
// several processes; device where it is not the CPU; protocol_version. The hash of a checkpoint that the run starts
// from is in its config (policy.lock).
#pragma once

#include <c10/core/Device.h>

#include <string>
#include <vector>

#include "harness/config/run_config.h"
#include "harness/data/dataset.h"
#include "harness/distributed/process_group.h"
#include "harness/metrics/run_record.h"

namespace suite {

NamedTexts ProvenanceOfRun(const RunConfig& config, const Dataset& dataset, const ProcessGroup& group,
                           const at::Device& device, const std::vector<std::string>& argv);

}  // namespace suite
