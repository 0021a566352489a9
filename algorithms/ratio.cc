#include "algorithms/ratio.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/zeros_like.h>

#include "base/check.h"

namespace suite {

UnitMembers RankMembers(const RankSpans& spans, at::ScalarType dtype) {
  // Overflow shares bin N; masked tokens have rank -1 and match no bin.
  const at::Tensor bin_BT1 = spans.rank_BT.clamp_max(spans.list_length).unsqueeze(2);
  const at::Tensor bin_K = at::arange(spans.list_length + 1, spans.rank_BT.options());
  UnitMembers members;
  members.member_BTK = bin_BT1.eq(bin_K).to(dtype);
  members.count_B1K = members.member_BTK.sum(1, /*keepdim=*/true);
  return members;
}

at::Tensor UnitLogRatio(const at::Tensor& log_ratio_BT, const RankSpans& spans, const UnitMembers& ranks,
                        const RatioConfig& config) {
  const at::Tensor active_BT = log_ratio_BT.masked_fill(spans.mask_BT.logical_not(), 0);
  const bool mean = config.over_unit == UnitMean::kMean;
  switch (config.unit) {
    case RatioUnit::kNone:
      return at::zeros_like(log_ratio_BT);
    case RatioUnit::kToken:
      return active_BT;
    case RatioUnit::kSequence: {
      at::Tensor unit_B1 = active_BT.sum(1, /*keepdim=*/true);
      if (mean) unit_B1 = unit_B1.div(spans.mask_BT.sum(1, /*keepdim=*/true).clamp_min(1));
      return unit_B1.mul(spans.mask_BT);
    }
    case RatioUnit::kRank: {
      // Two products with the 0/1 membership: deterministic forward and backward on every device, unlike scatter-add.
      at::Tensor unit_B1K = active_BT.unsqueeze(1).bmm(ranks.member_BTK);
      if (mean) unit_B1K = unit_B1K.div(ranks.count_B1K.clamp_min(1));
      return unit_B1K.bmm(ranks.member_BTK.transpose(1, 2)).squeeze(1);
    }
  }
  SUITE_CHECK(!"a RatioUnit without a log-ratio");
}

at::Tensor UnitLogRatio(const at::Tensor& log_ratio_BT, const RankSpans& spans, const RatioConfig& config) {
  const bool needs_ranks = config.unit == RatioUnit::kRank;
  return UnitLogRatio(log_ratio_BT, spans, needs_ranks ? RankMembers(spans, log_ratio_BT.scalar_type()) : UnitMembers(),
                      config);
}

}  // namespace suite
