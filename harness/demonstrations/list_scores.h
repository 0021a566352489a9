// The scores of every catalogue item for every conversation, made block by block whenever they are wanted, since all
// of them (100,000 x 7,404) would be 3 GB.
//
//   ListScoring scoring = ...;                                   // what they are made of
//   at::Tensor score_BC = ScoreBlock(scoring, {0, 1, 2});        // remap and, once judged, reflect
//   ForEachBlock(rows, scoring.items, [&](const std::vector<int64_t>& block) { ... });
//
// A pass over 100,000 conversations x 7,404 items costs one product of [B, D] and [D, C] a block; a block is 64 MiB.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "algorithms/demonstrations/remap.h"

namespace suite {

struct ListScoring {
  int64_t items = 0;
  std::vector<std::vector<RemapEntry>> entries;  // the teacher's list of each conversation; `row` does not count

  // Remap; without it only the exact matches score, and the tensors are undefined.
  bool remap = true;
  double context_weight = 1;
  at::Tensor title_UD, context_BD, item_CD;  // float32

  // Reflect; empty while nothing is judged.
  double gamma = 0;
  std::vector<std::vector<int64_t>> judged;      // catalogue ids
  std::vector<std::vector<int64_t>> judgements;  // -2 .. 2
};

// [rows.size(), items], float32: the scores of these conversations, in this order.
at::Tensor ScoreBlock(const ListScoring& scoring, const std::vector<int64_t>& rows);

// How many conversations a block of 64 MiB holds; at least 1.
int64_t RowsInBlock(int64_t items);

// Cuts `rows` into blocks.
void ForEachBlock(const std::vector<int64_t>& rows, int64_t items,
                  const std::function<void(const std::vector<int64_t>&)>& visit);

}  // namespace suite
