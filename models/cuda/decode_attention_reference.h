// A reference of decode_attention.h on the CPU: the same arguments in host memory, plain loops, sums in double.
//
// When to use: as the expected value in tests of the kernel; it is written to be read, not to be fast.
#pragma once

#include "models/cuda/decode_attention.h"

namespace suite {

void DecodeAttentionReference(const DecodeAttentionArguments<float>& arguments, const DecodeAttentionShape& shape);

}  // namespace suite
