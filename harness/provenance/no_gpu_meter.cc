#include "harness/provenance/gpu_meter.h"

namespace suite {

std::string DescribeGpu(const at::Device&) { return "none"; }

std::optional<int64_t> PeakGpuMemoryBytes(const at::Device&) { return std::nullopt; }

void ResetPeakGpuMemory(const at::Device&) {}

}  // namespace suite
