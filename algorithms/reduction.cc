#include "algorithms/reduction.h"

#include <algorithm>

#include "base/check.h"

namespace suite {

Normalizer WholeBatch(const RankSpans& spans) {
  Normalizer normalizer;
  normalizer.rows = static_cast<double>(spans.mask_BT.size(0));
  normalizer.active_tokens = static_cast<double>(spans.mask_BT.sum().item<int64_t>());
  return normalizer;
}

at::Tensor TokenWeights(const ReductionConfig& config, const RankSpans& spans, const UnitMembers& ranks,
                        const Normalizer& normalizer, at::ScalarType dtype) {
  SUITE_CHECK_GT(normalizer.rows, 0);
  SUITE_CHECK_GE(normalizer.micro_batches, 1);
  const at::Tensor mask_BT = spans.mask_BT.to(dtype);
  switch (config.kind) {
    case Reduction::kRankMean: {
      const double units = normalizer.rows * static_cast<double>(spans.list_length);
      const at::Tensor share_BK1 = ranks.count_B1K.clamp_min(1).reciprocal().transpose(1, 2);
      return ranks.member_BTK.bmm(share_BK1).squeeze(2).div(units);
    }
    case Reduction::kGrpo:
      return mask_BT.div(mask_BT.sum(1, /*keepdim=*/true).clamp_min(1).mul(normalizer.rows));
    case Reduction::kDapo:
      return mask_BT.div(std::max(1.0, normalizer.active_tokens));
    case Reduction::kDrGrpo:
      return mask_BT.div(normalizer.rows * static_cast<double>(config.max_completion_length));
    case Reduction::kBnpo:
      return mask_BT.div(mask_BT.sum().clamp_min(1).mul(normalizer.micro_batches));
  }
  SUITE_CHECK(!"a Reduction without weights");
}

}  // namespace suite
