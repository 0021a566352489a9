#include "algorithms/sft_objective.h"

#include "base/check.h"

namespace suite {

double CountItems(const at::Tensor& counted_BT) { return static_cast<double>(counted_BT.sum().item<int64_t>()); }

at::Tensor ShiftLabels(const at::Tensor& label_BT) {
  SUITE_CHECK_EQ(label_BT.dim(), 2);
  return label_BT.narrow(1, 1, label_BT.size(1) - 1);
}

at::Tensor SftLoss(const at::Tensor& logp_BS, const at::Tensor& counted_BS, double num_items) {
  SUITE_CHECK(logp_BS.sizes() == counted_BS.sizes());
  SUITE_CHECK_GT(num_items, 0.0);
  return logp_BS.masked_fill(counted_BS.logical_not(), 0).sum().neg().div(num_items);
}

double TokenAccuracy(const at::Tensor& predicted_BS, const at::Tensor& label_BS, const at::Tensor& counted_BS) {
  const int64_t counted = counted_BS.sum().item<int64_t>();
  if (counted == 0) return 0.0;
  const int64_t right = predicted_BS.eq(label_BS).logical_and(counted_BS).sum().item<int64_t>();
  return static_cast<double>(right) / static_cast<double>(counted);
}

}  // namespace suite
