#include "harness/distributed/run_device.h"

#include <ATen/Context.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>

#include <cstdlib>

#include "base/check.h"
#include "base/error.h"

namespace suite {
namespace {

// LibTorch's CUDA library registers itself when it is linked.
bool IsBuiltWithCuda() { return c10::impl::hasDeviceGuardImpl(at::kCUDA); }

std::string GpusFound(int count) {
  return count == 0 ? "no GPU found" : std::to_string(count) + (count == 1 ? " GPU found" : " GPUs found");
}

// Gradients of gathered rows are added by atomics otherwise, in whatever order threads come.
void PreferDeterministicOperators() {
  setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
  at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/true);
  at::globalContext().setDeterministicFillUninitializedMemory(false);
}

}  // namespace

int CountGpus() { return IsBuiltWithCuda() ? c10::impl::getDeviceGuardImpl(at::kCUDA)->deviceCount() : 0; }

void CheckDevice(const std::string& name, int local_rank) {
  if (name == "cpu") return;
  SUITE_CHECK_EQ(name, "cuda");
  if (!IsBuiltWithCuda()) {
    throw InputError("run.device", "cuda, but this program was built without CUDA",
                     "cpu, or a program built with --config=cuda");
  }
  const int count = CountGpus();
  if (local_rank < count) return;
  const std::string whose = count > 0 ? " for process " + std::to_string(local_rank) + " of this machine" : "";
  throw InputError("run.device", "cuda, but " + GpusFound(count) + whose,
                   "cpu, or a GPU and its driver for each process");
}

at::Device DeviceOfRun(const std::string& name, int local_rank) {
  CheckDevice(name, local_rank);
  if (name == "cpu") return at::kCPU;
  const at::Device device(at::kCUDA, static_cast<c10::DeviceIndex>(local_rank));
  c10::impl::getDeviceGuardImpl(at::kCUDA)->setDevice(device);
  PreferDeterministicOperators();
  return device;
}

}  // namespace suite
