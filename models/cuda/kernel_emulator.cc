#include "models/cuda/kernel_emulator.h"

#include <ucontext.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "base/check.h"

namespace suite {
namespace kernel_emulator {

KernelIndex thread_index;
KernelIndex block_index;

namespace {

constexpr unsigned kWarpSize = 32;
constexpr size_t kStackBytes = 64 << 10;

struct Fibre {
  ucontext_t context;
  std::unique_ptr<char[]> stack;
  bool done = false;
  int block_barriers = 0;  // passed or waited at so far
  int warp_barriers = 0;
  float shuffled = 0.0f;
};

// The block that is running.
std::vector<Fibre> fibres;
ucontext_t scheduler;
unsigned current = 0;
const std::function<void()>* running_kernel = nullptr;

void Yield() { swapcontext(&fibres[current].context, &scheduler); }

void FibreMain() {
  (*running_kernel)();
  fibres[current].done = true;
  Yield();
}

// Waits until fibres [begin, end) have all arrived at the barrier that the current one is at.
void Wait(int Fibre::*barriers, unsigned begin, unsigned end) {
  const int arrived = ++(fibres[current].*barriers);
  auto all_arrived = [&] {
    for (unsigned i = begin; i < end; ++i) {
      if (fibres[i].*barriers >= arrived) continue;
      SUITE_CHECK(!fibres[i].done);
      return false;
    }
    return true;
  };
  while (!all_arrived()) Yield();
}

void RunBlock(unsigned threads) {
  fibres = std::vector<Fibre>(threads);
  for (Fibre& fibre : fibres) {
    fibre.stack = std::make_unique<char[]>(kStackBytes);
    getcontext(&fibre.context);
    fibre.context.uc_stack.ss_sp = fibre.stack.get();
    fibre.context.uc_stack.ss_size = kStackBytes;
    fibre.context.uc_link = nullptr;
    makecontext(&fibre.context, FibreMain, 0);
  }
  auto done = [] { return std::all_of(fibres.begin(), fibres.end(), [](const Fibre& f) { return f.done; }); };
  while (!done()) {
    for (unsigned i = 0; i < threads; ++i) {
      if (fibres[i].done) continue;
      current = i;
      thread_index.x = i;
      swapcontext(&scheduler, &fibres[i].context);
    }
  }
}

}  // namespace

void BlockBarrier() { Wait(&Fibre::block_barriers, 0, static_cast<unsigned>(fibres.size())); }

float ShuffleXor(float value, int lane_mask) {
  const unsigned warp_begin = current / kWarpSize * kWarpSize;
  fibres[current].shuffled = value;
  Wait(&Fibre::warp_barriers, warp_begin, warp_begin + kWarpSize);
  const float partner = fibres[current ^ static_cast<unsigned>(lane_mask)].shuffled;
  Wait(&Fibre::warp_barriers, warp_begin, warp_begin + kWarpSize);  // no overwriting before all have read
  return partner;
}

}  // namespace kernel_emulator

void RunKernel(KernelIndex grid, unsigned threads, const std::function<void()>& kernel) {
  SUITE_CHECK_EQ(threads % kernel_emulator::kWarpSize, 0u);
  kernel_emulator::running_kernel = &kernel;
  for (kernel_emulator::block_index.x = 0; kernel_emulator::block_index.x < grid.x; ++kernel_emulator::block_index.x) {
    for (kernel_emulator::block_index.y = 0; kernel_emulator::block_index.y < grid.y;
         ++kernel_emulator::block_index.y) {
      kernel_emulator::RunBlock(threads);
    }
  }
}

}  // namespace suite
