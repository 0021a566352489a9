#include "models/llama/tensor_memory.h"

#include <c10/core/Allocator.h>

#include <algorithm>

namespace suite {

class TensorMemory::Meter : public c10::MemoryReportingInfoBase {
 public:
  void reportMemoryUsage(void*, int64_t bytes, size_t, size_t, c10::Device device) override {
    if (!device.is_cpu()) return;
    live += bytes;
    peak = std::max(peak, live);
  }
  bool memoryProfilingEnabled() const override { return true; }

  int64_t live = 0, peak = 0;
};

TensorMemory::TensorMemory() : meter_(std::make_shared<Meter>()), guard_(c10::DebugInfoKind::PROFILER_STATE, meter_) {}

int64_t TensorMemory::live_bytes() const { return meter_->live; }

int64_t TensorMemory::peak_bytes() const { return meter_->peak; }

}  // namespace suite
