// How much each place of a teacher's list counts: the weights p_k of Remap.
//
//   at::Tensor weight_K = PositionWeights("inverse_sqrt", 3);       // {1, 0.7071, 0.5774}, float64
//
// Shapes, k = 1, 2, ...: inverse_sqrt 1/sqrt(k) (the paper's), inverse_log2 1/log2(k + 1), inverse 1/k, uniform 1.
// Source: arXiv 2510.20150, section 3 (Remap); the others are variants of ours.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace suite {

std::vector<std::string> PositionWeightNames();

// Throws InputError (with the known names) for another shape.
at::Tensor PositionWeights(const std::string& shape, int64_t count);

}  // namespace suite
