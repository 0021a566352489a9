#include "algorithms/sft_objective.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <limits>

#include "algorithms/golden_cases.h"

namespace suite {
namespace {

TEST(SftObjectiveTest, CountsBeforeTheShift) {
  // Full loss on two rows of 3 labels: 6 items, 4 predictions.
  const at::Tensor counted_BT = at::tensor(std::vector<int64_t>{1, 1, 1, 1, 1, 1}).view({2, 3}).to(at::kBool);
  EXPECT_EQ(CountItems(counted_BT), 6);
  const at::Tensor logp_BS = at::tensor(std::vector<double>{-1, -2, -3, -6}).view({2, 2}).requires_grad_(true);
  const at::Tensor loss = SftLoss(logp_BS, ShiftLabels(counted_BT), CountItems(counted_BT));
  EXPECT_NEAR(loss.item<double>(), 2.0, 1e-15);
  loss.backward();
  EXPECT_NEAR(logp_BS.grad()[0][0].item<double>(), -1.0 / 6, 1e-15);
}

TEST(SftObjectiveTest, CompletionOnly) {
  const at::Tensor counted_BT = at::tensor(std::vector<int64_t>{0, 1, 1, 0, 0, 1}).view({2, 3}).to(at::kBool);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const at::Tensor logp_BS = at::tensor(std::vector<double>{-1, -2, nan, -6}).view({2, 2});
  EXPECT_NEAR(SftLoss(logp_BS, ShiftLabels(counted_BT), CountItems(counted_BT)).item<double>(), 3.0, 1e-15);
}

TEST(SftObjectiveTest, MicroBatchesAddUp) {
  const at::Tensor logp_BS = at::tensor(std::vector<double>{-1, -2, -3, -6}).view({2, 2});
  const at::Tensor counted_BS = at::tensor(std::vector<int64_t>{1, 1, 0, 1}).view({2, 2}).to(at::kBool);
  const double whole = SftLoss(logp_BS, counted_BS, 3).item<double>();
  double sum = 0;
  for (int64_t row : {0, 1}) {
    sum += SftLoss(logp_BS.narrow(0, row, 1), counted_BS.narrow(0, row, 1), 3).item<double>();
  }
  EXPECT_NEAR(sum, whole, 1e-15);
}

TEST(SftObjectiveTest, Accuracy) {
  const at::Tensor predicted = at::tensor(std::vector<int64_t>{5, 6, 7}).unsqueeze(0);
  const at::Tensor label = at::tensor(std::vector<int64_t>{5, 0, 7}).unsqueeze(0);
  const at::Tensor counted = at::tensor(std::vector<int64_t>{1, 1, 0}).unsqueeze(0).to(at::kBool);
  EXPECT_EQ(TokenAccuracy(predicted, label, counted), 0.5);
}

}  // namespace
}  // namespace suite
