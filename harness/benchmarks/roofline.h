// What a machine can do, what a policy asks of it, and so the least time that work can take (the roofline model,
// Williams, Waterman and Patterson 2009): that of its bytes at the memory's speed or of its arithmetic at the speed of
// matrix products, whichever is longer.
//
//   MachineRates rates = MeasureMachine(at::kFloat);          // under a second
//   StepWork step = DecodeStepWork(config, at::kFloat, shape);
//   double at_least_s = RooflineSeconds(step, rates);
#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>

#include "models/llama/config.h"

namespace suite {

struct MachineRates {
  double read_gb_per_s = 0;     // reading memory far larger than the caches, all threads
  double gemm_gflop_per_s = 0;  // a product of square matrices of 1,536 rows, all threads; 2 n^3 operations
};

MachineRates MeasureMachine(at::ScalarType dtype);

// Units of 10^9.
struct StepWork {
  double weight_gb = 0;  // every matrix once
  double kv_gb = 0;      // keys and values: a prompt's once, each completion's own
  double gflop = 0;      // matrix products and attention, 2 a multiply-add
};

struct DecodeShape {
  int64_t prompts = 0, group = 0, prompt_len = 0, new_tokens = 0;
};

// The mean step of decoding one token for every completion.
StepWork DecodeStepWork(const LlamaConfig& config, at::ScalarType dtype, const DecodeShape& shape);

// 10^9 operations of a forward pass over `rows` rows of which `scored` go through the head. Attention, a few percent at
// these lengths, is left out.
double ForwardGflop(const LlamaConfig& config, int64_t rows, int64_t scored);

double RooflineSeconds(const StepWork& work, const MachineRates& rates);

}  // namespace suite
