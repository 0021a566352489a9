#include "algorithms/rank_spans.h"

#include <ATen/ops/arange.h>

#include "base/check.h"

namespace suite {

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
  RankSpans result;
  result.list_length = spans.list_length;
  result.rank_BT = spans.rank_BT.narrow(0, first, count);
  result.mask_BT = spans.mask_BT.narrow(0, first, count);
  result.overflow_BT = spans.overflow_BT.narrow(0, first, count);
  result.eos_BT = spans.eos_BT.narrow(0, first, count);
  result.items_emitted_B = spans.items_emitted_B.narrow(0, first, count);
  result.ended_with_eos_B = spans.ended_with_eos_B.narrow(0, first, count);
  return result;
}

RankSpans ToDevice(const RankSpans& spans, at::Device device) {
  RankSpans result;
  result.list_length = spans.list_length;
  result.rank_BT = spans.rank_BT.to(device);
  result.mask_BT = spans.mask_BT.to(device);
  result.overflow_BT = spans.overflow_BT.to(device);
  result.eos_BT = spans.eos_BT.to(device);
  result.items_emitted_B = spans.items_emitted_B.to(device);
  result.ended_with_eos_B = spans.ended_with_eos_B.to(device);
  return result;
}

RankSpans SelectRows(const RankSpans& spans, const at::Tensor& rows) {
  RankSpans result;
  result.list_length = spans.list_length;
  result.rank_BT = spans.rank_BT.index_select(0, rows);
  result.mask_BT = spans.mask_BT.index_select(0, rows);
  result.overflow_BT = spans.overflow_BT.index_select(0, rows);
  result.eos_BT = spans.eos_BT.index_select(0, rows);
  result.items_emitted_B = spans.items_emitted_B.index_select(0, rows);
  result.ended_with_eos_B = spans.ended_with_eos_B.index_select(0, rows);
  return result;
}

}  // namespace suite
