// Token sequences laid end to end without padding, with the places whose next token is scored.
//
// A group (one prompt and its G completions) stores the prompt once; every completion attends to that one copy. So the
// cost of scoring grows with completion tokens, not with G times the prompt:
//
//   PackedTokens packed = PackGroups({{prompt_ids, {completion_1, ..., completion_G}}});
//
//   rows      p p p p a a a b b      prompt of 4, completion a of 4 tokens, b of 3 (a last token is only a target)
//   segment   0       1     2        segments 1 and 2 have segment 0 as their prefix
//
// Plain sequences (supervised fine-tuning) are segments without a prefix:
//
//   PackedTokens packed = PackSequences({{ids, /*score_from=*/prompt_length}});
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "models/llama/scored_support.h"

namespace suite {

// Consecutive rows that attend causally to each other and fully to the segment `prefix` (-1: none). The children of a
// prefix follow it without a gap.
struct Segment {
  int64_t begin = 0;
  int64_t length = 0;
  int64_t prefix = -1;
};

// Tensors of the CPU; Llama brings them to where its weights are.
struct PackedTokens {
  at::Tensor ids_N;        // int64 [N]
  at::Tensor positions_N;  // int64 [N], counted from the start of the prompt
  std::vector<Segment> segments;

  // Scored tokens, sequence after sequence: the row that predicts each, its id, and its place in a padded grid
  // [rows, max_length] (row-major).
  at::Tensor predictor_M;  // int64 [M]
  at::Tensor target_M;     // int64 [M]
  at::Tensor slot_M;       // int64 [M]
  ScoredSupport support;   // of the M tokens, where they were chosen under a constraint
  int64_t rows = 0;
  int64_t max_length = 0;
};

struct TokenGroup {
  std::vector<int64_t> prompt;                    // at least one token
  std::vector<std::vector<int64_t>> completions;  // may be empty each
};

struct ScoredSequence {
  std::vector<int64_t> ids;
  int64_t score_from = 1;  // the first token that is scored; at least 1
};

// One grid row per completion, in order; `max_length` is that of the longest unless a longer one is asked for.
PackedTokens PackGroups(const std::vector<TokenGroup>& groups, int64_t min_length = 0);

// One grid row per sequence.
PackedTokens PackSequences(const std::vector<ScoredSequence>& sequences, int64_t min_length = 0);

// Values of the scored tokens [M] as a grid [rows, max_length] on their device, zero where nothing was scored.
// Differentiable.
at::Tensor ToGrid(const at::Tensor& values_M, const PackedTokens& packed);

}  // namespace suite
