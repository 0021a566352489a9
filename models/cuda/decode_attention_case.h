// A random case for tests of decode attention: arrays in host memory, filled from a named stream.
//
// Places that must never be read are NaN, so that reading one shows in the result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/cuda/decode_attention.h"

namespace suite {

struct DecodeAttentionCase {
  DecodeAttentionShape shape;
  std::vector<float> q, prompt_k, prompt_v, own_k, own_v;  // shapes as in DecodeAttentionArguments
  std::vector<int32_t> prompt_length, own_length, group;

  // Pointers into the arrays, with `out` of shape [R, H, D] to be written.
  DecodeAttentionArguments<float> Arguments(float* out) const;
  size_t OutSize() const { return q.size(); }
};

// Prompts of 1 to P keys and rows of 1 to T own keys; row r belongs to prompt (2 * r) % prompts.
DecodeAttentionCase MakeDecodeAttentionCase(const DecodeAttentionShape& shape, int prompts, uint64_t seed);

}  // namespace suite
