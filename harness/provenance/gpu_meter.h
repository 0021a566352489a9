// The GPU of this process: what it is, and how much of its memory LibTorch has taken. gpu_meter.cc is compiled with
// --config=cuda, no_gpu_meter.cc otherwise.
//
//   DescribeGpu(at::Device(at::kCUDA, 0))     // "NVIDIA H100 80GB HBM3, 81079 MiB, driver 580.65.06, CUDA 13.0"
//   ResetPeakGpuMemory(device);               // a new phase
//   *PeakGpuMemoryBytes(device) / 1e6         // MB of this phase
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <optional>
#include <string>

namespace suite {

// "none" for a device that is no GPU.
std::string DescribeGpu(const at::Device& device);

// The most that tensors have taken since the last reset, in bytes, without what the allocator keeps in reserve. Nothing
// for a device that is no GPU.
std::optional<int64_t> PeakGpuMemoryBytes(const at::Device& device);

// Lets PeakGpuMemoryBytes start again from what is taken now.
void ResetPeakGpuMemory(const at::Device& device);

}  // namespace suite
