// RankSpans: which rank of the list every generated token belongs to.
//
// A completion is a list of N lines. The rank of a token is the number of newlines in the tokens before it: a newline
// belongs to the rank it ends, and a token that holds k newlines ends k ranks. EOS has the rank that the newlines
// before it give: after a final newline that is a new one. Everything from rank N on is overflow.
//
//   RankSpans spans = CutIntoRanks(ids_BT, CompletionLengths(ids_BT, eos_id), newlines_V, eos_id, /*list_length=*/20);
//   spans.rank_BT;   // "Heat (1995)\nRan (1985)<eos><pad>" -> 0 0 0 1 1 1 -1
//
// Only token ids and the number of newlines in each vocabulary entry are needed, never text. The rank counts lines as
// they are generated, so a blank line uses up a rank; see ObjectiveConfig::rank_rule for how the reward counts.
//
// Source: the authors' RankGRPOTrainer._segment_items_from_ids and _generate_and_score_completions
// (github.com/yaochenzhu/Rank-GRPO, libs/trl/rank_grpo_trainer.py).
//
// Shapes: B rows (completions), T tokens, N ranks, V vocabulary entries.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace suite {

struct RankSpans {
  at::Tensor rank_BT;      // int64: 0, 1, ..., also N and above for overflow; -1 where masked
  at::Tensor mask_BT;      // bool: the token was generated (EOS included) and counts in the loss
  at::Tensor overflow_BT;  // bool: the token belongs to a rank >= N
  at::Tensor eos_BT;       // bool: the EOS that ended the row; at most one in a row
  // int64: rank of the last token + 1, so a newline before EOS opens one more item; 0 if masked
  at::Tensor items_emitted_B;
  at::Tensor ended_with_eos_B;  // bool: false for truncated rows
  int64_t list_length = 0;      // N
};

// `ids_BT` int64; `length_B` int64, generated tokens of each row with EOS (what lies beyond is padding and may hold any
// id); `newlines_V` int64, newlines in each token's text, on the device of the ids. With `mask_truncated`, rows that
// did not end with `eos_id` are masked altogether. The result lies on the device of the ids.
RankSpans CutIntoRanks(const at::Tensor& ids_BT, const at::Tensor& length_B, const at::Tensor& newlines_V,
                       int64_t eos_id, int64_t list_length, bool mask_truncated = false);

// int64 [B]: tokens up to and with the first `eos_id`; T where there is none.
at::Tensor CompletionLengths(const at::Tensor& ids_BT, int64_t eos_id);

// The spans of rows `first` to `first + count - 1`: one micro-batch. Tensors are views.
RankSpans SliceRows(const RankSpans& spans, int64_t first, int64_t count);

// The same spans with the tokens of `left_out_BT` (bool) masked: they have no rank and count in no loss. How many ranks
// a row has and whether it ended stays.
RankSpans WithoutTokens(const RankSpans& spans, const at::Tensor& left_out_BT);

// The same spans on another device.
RankSpans ToDevice(const RankSpans& spans, at::Device device);

// The spans of the rows named by `rows` (int64, any order, repeats allowed).
RankSpans SelectRows(const RankSpans& spans, const at::Tensor& rows);

}  // namespace suite
