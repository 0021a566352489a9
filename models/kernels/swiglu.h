// The gated unit of Llama's MLP: silu(gate) * up, with its gradient.
//
//   at::Tensor h_NI = SwiGlu(gate_up_N2I);        // gate_up [N, 2 I]: the gate's columns, then the up-projection's
//
// Any float dtype and device; CPU float32 runs a fused kernel, everything else ATen operators.
#pragma once

#include <ATen/core/Tensor.h>

namespace suite {

at::Tensor SwiGlu(const at::Tensor& gate_up_N2I);

// The same without a graph, for the sampler: one row kernel for float32 on the CPU.
void SwiGluInto(const at::Tensor& gate_up_N2I, at::Tensor& out_NI);

}  // namespace suite
