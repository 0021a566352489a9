#include "harness/run/provenance_of_run.h"

#include <torch/headeronly/version.h>

#include "algorithms/diagnostics.h"
#include "harness/metrics/metrics_store.h"
#include "harness/provenance/gpu_meter.h"
#include "harness/provenance/provenance.h"

namespace suite {

NamedTexts ProvenanceOfRun(const RunConfig& config, const Dataset& dataset, const ProcessGroup& group,
                           const at::Device& device, const std::vector<std::string>& argv) {
  ProvenanceInputs inputs;
  inputs.libtorch_version = TORCH_VERSION;
  inputs.hdf5_version = Hdf5Version();
  inputs.accelerator = DescribeGpu(device);
  inputs.argv = argv;
  inputs.seeds = {{"seed", config.seed}, {"data.world_seed", config.data.world_seed}};
  inputs.data_hashes = {{config.data.source, dataset.hash}};
  NamedTexts provenance = CollectProvenance(inputs);
  for (const auto& [name, text] : dataset.provenance) provenance.emplace_back("data." + name, text);
  if (group.world_size() > 1) {
    provenance.emplace_back("world_size", std::to_string(group.world_size()));
    provenance.emplace_back("started_by", group.process().launcher);
  }
  if (!device.is_cpu()) provenance.emplace_back("device", device.str());
  provenance.emplace_back("protocol_version", std::to_string(kProtocolVersion));
  provenance.emplace_back("ratio_edges", RatioEdgesText());
  return provenance;
}

}  // namespace suite
