// Remap: a teacher's list of items becomes a score for every item of the catalogue.
//
//   s = p^T (S + I) + lambda s_context,   p_k = 1 / sqrt(k), k = 1, 2, ...
//
// S is the similarity of each teacher item to each catalogue item, I marks exact matches, s_context is the similarity
// of the conversation to each catalogue item.
//
//   at::Tensor score_C = RemapScores(similarity_KC, match_K, context_C, /*lambda=*/1.0);
//   at::Tensor item_N = TopItems(score_C, seen, 20);
//
// Source: arXiv 2510.20150, section 3 (Remap, of Remap-Reflect-Adjust); lambda = 1 there.
//
// Shapes: K teacher items in the teacher's order, C catalogue items.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace suite {

// `match_K` int64: the catalogue index of each teacher item, -1 if the catalogue lacks it. Result [C], dtype of `S`.
at::Tensor RemapScores(const at::Tensor& similarity_KC, const at::Tensor& match_K, const at::Tensor& context_C,
                       double lambda);

// The `count` best items (int64 indices, best first; equal scores: lower index first), without those in `excluded`.
// Fewer if the catalogue has fewer left.
at::Tensor TopItems(const at::Tensor& score_C, const std::vector<int64_t>& excluded, int64_t count);

}  // namespace suite
