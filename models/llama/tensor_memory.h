// For tests: how many bytes of tensors are alive on the CPU, and were at most.
//
//   TensorMemory memory;
//   ... forward, backward ...
//   EXPECT_LT(memory.peak_bytes(), bound);       // growth since `memory` was made
//
// Counts what LibTorch's allocator hands out to this thread, through the hook that its profiler uses.
#pragma once

#include <c10/util/ThreadLocalDebugInfo.h>

#include <cstdint>
#include <memory>

namespace suite {

class TensorMemory {
 public:
  TensorMemory();

  int64_t live_bytes() const;
  int64_t peak_bytes() const;

 private:
  class Meter;
  std::shared_ptr<Meter> meter_;
  c10::DebugInfoGuard guard_;
};

}  // namespace suite
