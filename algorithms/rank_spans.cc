#include "algorithms/rank_spans.h"

#include <ATen/ops/arange.h>

#include "base/check.h"

namespace suite {
namespace {

// The same spans with `change` applied to each tensor.
template <typename Change>
RankSpans Changed(const RankSpans& spans, const Change& change) {
  RankSpans result;
  result.list_length = spans.list_length;
  for (auto member : {&RankSpans::rank_BT, &RankSpans::mask_BT, &RankSpans::overflow_BT, &RankSpans::eos_BT,
                      &RankSpans::items_emitted_B, &RankSpans::ended_with_eos_B}) {
    result.*member = change(spans.*member);
  }
  return result;
}

}  // namespace

at::Tensor CompletionLengths(const at::Tensor& ids_BT, int64_t eos_id) {
  SUITE_CHECK_EQ(ids_BT.dim(), 2);
  const at::Tensor is_eos_BT = ids_BT.eq(eos_id).to(at::kLong);
  const at::Tensor eos_before_BT = is_eos_BT.cumsum(1).sub(is_eos_BT);
  return eos_before_BT.eq(0).sum(1);
}

RankSpans CutIntoRanks(const at::Tensor& ids_BT, const at::Tensor& length_B, const at::Tensor& newlines_V,
                       int64_t eos_id, int64_t list_length, bool mask_truncated) {
  SUITE_CHECK_EQ(ids_BT.dim(), 2);
  SUITE_CHECK_EQ(length_B.dim(), 1);
  SUITE_CHECK_EQ(ids_BT.size(0), length_B.size(0));
  SUITE_CHECK_GT(ids_BT.size(1), 0);
  SUITE_CHECK_GT(list_length, 0);
  const at::Tensor position_T = at::arange(ids_BT.size(1), ids_BT.options());
  const at::Tensor length_B1 = length_B.unsqueeze(1);
  const at::Tensor generated_BT = position_T.unsqueeze(0).lt(length_B1);

  RankSpans spans;
  spans.list_length = list_length;
  spans.eos_BT = ids_BT.eq(eos_id).logical_and(position_T.unsqueeze(0).eq(length_B1.sub(1)));
  spans.ended_with_eos_B = spans.eos_BT.any(1);
  spans.mask_BT = mask_truncated ? generated_BT.logical_and(spans.ended_with_eos_B.unsqueeze(1)) : generated_BT;
  const at::Tensor ids_or_0_BT = ids_BT.masked_fill(spans.mask_BT.logical_not(), 0);
  const at::Tensor newlines_BT = newlines_V.index_select(0, ids_or_0_BT.flatten()).view_as(ids_BT);
  const at::Tensor newlines_before_BT = newlines_BT.cumsum(1).sub(newlines_BT);
  spans.rank_BT = newlines_before_BT.masked_fill(spans.mask_BT.logical_not(), -1);
  spans.overflow_BT = spans.rank_BT.ge(list_length);
  spans.items_emitted_B = spans.rank_BT.amax(1).add(1);
  return spans;
}

RankSpans SliceRows(const RankSpans& spans, int64_t first, int64_t count) {
  return Changed(spans, [=](const at::Tensor& tensor) { return tensor.narrow(0, first, count); });
}

RankSpans WithoutTokens(const RankSpans& spans, const at::Tensor& left_out_BT) {
  RankSpans result = spans;
  result.mask_BT = spans.mask_BT.logical_and(left_out_BT.logical_not());
  result.rank_BT = spans.rank_BT.masked_fill(left_out_BT, -1);
  result.overflow_BT = spans.overflow_BT.logical_and(result.mask_BT);
  result.eos_BT = spans.eos_BT.logical_and(result.mask_BT);
  return result;
}

RankSpans ToDevice(const RankSpans& spans, at::Device device) {
  return Changed(spans, [=](const at::Tensor& tensor) { return tensor.to(device); });
}

RankSpans SelectRows(const RankSpans& spans, const at::Tensor& rows) {
  return Changed(spans, [&](const at::Tensor& tensor) { return tensor.index_select(0, rows); });
}

}  // namespace suite
