// Time and peak memory of a run, phase by phase. A run is always in one phase, so their times add up to its wall time.
//
//   PhaseMeter meter(device, "preparation");
//   LoadDataset(...);
//   meter.Enter("training");
//   ...
//   meter.Enter("evaluation");
//   ...
//   meter.Enter("training");                   // goes on
//   store.Finish(meter.Summary());
//
// Summary: wall_s, peak_rss_mib; peak_gpu_mib on a GPU; then for each phase, in the order of their first beginnings,
// NAME_s, NAME_peak_rss_mib, and NAME_peak_gpu_mib on a GPU. Times and memory are those of this process: after a resume
// they leave out the processes before it. Where the kernel does not let a process reset its peak, phases have no
// NAME_peak_rss_mib.
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "harness/provenance/process_meter.h"

namespace suite {

class PhaseMeter {
 public:
  // Begins the first phase.
  PhaseMeter(const at::Device& device, const std::string& first);

  // Ends the phase before it, and begins this one or goes on with it.
  void Enter(const std::string& name);

  // Up to now, the present phase included.
  std::vector<std::pair<std::string, std::string>> Summary();

 private:
  struct Phase {
    std::string name;
    double seconds = 0;
    int64_t rss_bytes = 0;
    int64_t gpu_bytes = 0;
  };

  // Adds what came since the last call to the present phase.
  void Take();
  void StartPeaks();

  at::Device device_;
  std::vector<Phase> phases_;
  size_t present_ = 0;
  WallTimer since_taken_;
  bool resets_ = true;
};

}  // namespace suite
