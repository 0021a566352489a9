// Runs a CUDA kernel's source on the CPU, one block after another, so that its logic is tested where there is no GPU.
//
//   #include "models/cuda/kernel_emulator.h"              // before the kernel
//   #include "models/cuda/decode_attention_kernel.cuh"
//   RunKernel({rows, heads}, 128, [&] { decode_attention::Kernel<float, 2>(arguments, shape); });
//
// Every thread of a block is a fibre; all run in one real thread and take turns at __syncthreads and
// __shfl_xor_sync, which is what makes those two meet. What is emulated: threadIdx.x, blockIdx, __shared__ arrays,
// full-mask shuffles, expf, fmaxf. What is not: speed, memory hierarchy, races between barriers, other intrinsics.
#pragma once

#include <cmath>
#include <functional>

namespace suite {

struct KernelIndex {
  unsigned x = 0;
  unsigned y = 0;
};

namespace kernel_emulator {

// Indices of the fibre that is running.
extern KernelIndex thread_index;
extern KernelIndex block_index;

void BlockBarrier();
float ShuffleXor(float value, int lane_mask);

}  // namespace kernel_emulator

// Calls `kernel` for every thread of every block of the grid; `threads` is a multiple of 32. A thread that leaves while
// others of its block wait at a barrier is a bug and aborts.
void RunKernel(KernelIndex grid, unsigned threads, const std::function<void()>& kernel);

}  // namespace suite

#define __global__
#define __device__
#define __shared__ static
#define threadIdx ::suite::kernel_emulator::thread_index
#define blockIdx ::suite::kernel_emulator::block_index
#define __syncthreads() ::suite::kernel_emulator::BlockBarrier()
#define __shfl_xor_sync(mask, value, lane_mask) ::suite::kernel_emulator::ShuffleXor(value, lane_mask)
