#include "harness/provenance/gpu_meter.h"

#include <c10/cuda/CUDACachingAllocator.h>
#include <cuda_runtime_api.h>

#include <fstream>
#include <regex>

namespace suite {
namespace {

namespace allocator = c10::cuda::CUDACachingAllocator;

// 13000 is CUDA 13.0.
std::string CudaVersion(int number) { return std::to_string(number / 1000) + "." + std::to_string(number % 1000 / 10); }

// Of the kernel module. The runtime only knows the newest CUDA that the driver can do.
std::string DriverVersion() {
  std::ifstream file("/proc/driver/nvidia/version");
  std::string line;
  std::smatch found;
  if (std::getline(file, line) && std::regex_search(line, found, std::regex("[0-9]+\\.[0-9]+(\\.[0-9]+)?"))) {
    return found.str();
  }
  int newest_cuda = 0;
  if (cudaDriverGetVersion(&newest_cuda) != cudaSuccess) return "unknown";
  return "for CUDA " + CudaVersion(newest_cuda);
}

}  // namespace

std::string DescribeGpu(const at::Device& device) {
  if (!device.is_cuda()) return "none";
  cudaDeviceProp properties;
  if (cudaGetDeviceProperties(&properties, device.index()) != cudaSuccess) return "unknown (the driver does not tell)";
  int cuda = 0;
  cudaRuntimeGetVersion(&cuda);
  return std::string(properties.name) + ", " + std::to_string(properties.totalGlobalMem >> 20) + " MiB, driver " +
         DriverVersion() + ", CUDA " + CudaVersion(cuda);
}

std::optional<int64_t> PeakGpuMemoryBytes(const at::Device& device) {
  if (!device.is_cuda()) return std::nullopt;
  constexpr auto kAllPools = static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  return allocator::getDeviceStats(device.index()).allocated_bytes[kAllPools].peak;
}

void ResetPeakGpuMemory(const at::Device& device) {
  if (device.is_cuda()) allocator::resetPeakStats(device.index());
}

}  // namespace suite
