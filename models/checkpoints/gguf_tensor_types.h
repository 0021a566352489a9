// The types of tensor that a GGUF file may hold here, and how each becomes float32, exactly.
//
// Quantised values lie in blocks of 32 along the fastest dimension, each with its own scale; plain ones are blocks
// of 1. Source: ggml's ggml-common.h (layouts) and ggml-quants.c (dequantize_row_*).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace suite {

struct GgufTensorType {
  uint32_t id = 0;  // enum ggml_type
  std::string name;
  uint64_t values = 1;  // in a block
  uint64_t bytes = 0;   // of a block
  // Reads `blocks` x bytes, at any alignment, and writes `blocks` x values.
  void (*widen)(const uint8_t* in, uint64_t blocks, float* out) = nullptr;
};

// F32, F16, Q4_0, Q4_1, Q8_0 and BF16, by id.
const std::vector<GgufTensorType>& GgufTensorTypes();

}  // namespace suite
