// Importance ratios at the level of a token, a rank or a whole sequence.
//
// With d_t = logp_t - old_logp_t, the log-ratio of a unit is the mean of d_t over the unit's tokens (the ratio is then
// the geometric mean of the token ratios) or their sum (the ratio of the unit's probabilities). Every token of the unit
// carries the unit's value, and its gradient reaches all tokens of the unit.
//
//   at::Tensor log_ratio_BT = UnitLogRatio(logp_BT - old_logp_BT, spans, {RatioUnit::kRank, UnitMean::kMean});
//
// Units: kToken; kRank: ranks 0..N-1, and ONE unit for everything beyond N, as the authors' code bins it; kSequence:
// all tokens of the row; kNone: no ratio, the log-ratio is 0 and has no gradient. Source: DeepSeekMath arXiv 2402.03300
// (token), GSPO arXiv 2507.18071 eq. 7 (sequence), arXiv 2510.20150 (rank).
//
// Shapes: B rows, T tokens, K units of a row.
#pragma once

#include <ATen/core/Tensor.h>

#include "algorithms/rank_spans.h"

namespace suite {

enum class RatioUnit { kToken, kRank, kSequence, kNone };
enum class UnitMean { kMean, kSum };

struct RatioConfig {
  RatioUnit unit = RatioUnit::kToken;
  UnitMean over_unit = UnitMean::kMean;
};

// Membership of tokens in units. `member_BTK` is 1 where token t belongs to unit k, in the dtype asked for.
struct UnitMembers {
  at::Tensor member_BTK;
  at::Tensor count_B1K;  // tokens in each unit, same dtype; 0 for units that were not emitted
};

// K = N + 1 for ranks (the last is overflow). Made once per batch and shared by ratio, reduction and diagnostics.
UnitMembers RankMembers(const RankSpans& spans, at::ScalarType dtype);

// [B,T]: the unit's log-ratio at each active token, 0 where masked. `log_ratio_BT` may hold anything finite or not
// where masked. `ranks` is RankMembers(spans, dtype), needed for kRank alone.
at::Tensor UnitLogRatio(const at::Tensor& log_ratio_BT, const RankSpans& spans, const UnitMembers& ranks,
                        const RatioConfig& config);
at::Tensor UnitLogRatio(const at::Tensor& log_ratio_BT, const RankSpans& spans, const RatioConfig& config);

}  // namespace suite
