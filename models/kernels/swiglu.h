// The gated unit of Llama's MLP: silu(gate) * up, with its gradient.
//
//   at::Tensor h_NI = SwiGlu(gate_up_N2I);        // gate_up [N, 2 I]: the gate's columns, then the up-projection's
//
// Any float dtype and device; float32 and bfloat16 on the CPU run a fused kernel, everything else ATen operators.
#pragma once

#include <ATen/core/Tensor.h>

namespace suite {

at::Tensor SwiGlu(const at::Tensor& gate_up_N2I);

}  // namespace suite
