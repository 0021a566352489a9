// Remap: a teacher's list of items becomes a score for every item of the catalogue.
//
//   s = p^T (S + I) + lambda s_context
//
// p weighs the places of the list, S is the similarity of each teacher item to each catalogue
// item, I marks exact matches, s_context is the similarity of the conversation to each catalogue item.
//
//   at::Tensor score_C = RemapScores(similarity_KC, match_K, PositionWeights("inverse_sqrt", K), context_C, 1.0);
//   at::Tensor item_N = TopItems(score_C, seen, 20);
//
// Many conversations at once, from embeddings. Cosines are products of unit vectors, so p^T S = (p^T T) E^T, one
// vector a conversation whatever the list's length, and no similarity matrix is ever made:
//
//   at::Tensor score_BC = RemapBlock(entries, title_UD, context_BD, item_CD, 1.0);
//
// Source: arXiv 2510.20150, section 3 (Remap, of Remap-Reflect-Adjust); lambda = 1 there.
//
// Shapes: K teacher items in the teacher's order, C catalogue items, B conversations, U distinct titles that teachers
// named, D dimensions.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace suite {

// p_k for k = 1 to `count`, float64, by the name of their shape: inverse_sqrt 1/sqrt(k) (the paper's), inverse_log2
// 1/log2(k + 1), inverse 1/k, uniform 1. Throws InputError, with the known names, for another shape.
std::vector<std::string> PositionWeightNames();
at::Tensor PositionWeights(const std::string& shape, int64_t count);

// `match_K` int64: the catalogue index of each teacher item, -1 if the catalogue lacks it. Result [C], dtype of `S`.
at::Tensor RemapScores(const at::Tensor& similarity_KC, const at::Tensor& match_K, const at::Tensor& weight_K,
                       const at::Tensor& context_C, double lambda);

// One item of one teacher's list.
struct RemapEntry {
  int64_t row = 0;    // which conversation of the block
  int64_t title = 0;  // row of title_UD
  int64_t match = -1;
  double weight = 0;  // p_k
};

// RemapScores for each conversation of a block. Embeddings are of one dtype, which the result [B, C] has too.
at::Tensor RemapBlock(const std::vector<RemapEntry>& entries, const at::Tensor& title_UD, const at::Tensor& context_BD,
                      const at::Tensor& item_CD, double lambda);

// The part p^T I alone: what is left of a teacher's list without Remap. [rows, items], float32.
at::Tensor ExactMatchBlock(const std::vector<RemapEntry>& entries, int64_t rows, int64_t items);

// The `count` best items (int64 indices, best first; equal scores: lower index first), without those in `excluded`.
// Fewer if the catalogue has fewer left. Scores must not be NaN.
at::Tensor TopItems(const at::Tensor& score_C, const std::vector<int64_t>& excluded, int64_t count);

}  // namespace suite
