#include "algorithms/demonstrations/adjust.h"

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>

#include "base/check.h"
#include "base/error.h"

namespace suite {
namespace {

double PenaltyScale(const AdjustOptions& options, int64_t items) {
  if (options.l2_over_items == "mean") return options.l2 / static_cast<double>(items);
  if (options.l2_over_items == "sum") return options.l2;
  throw UnknownName("demonstrations.adjust_l2_over_items", "reduction", options.l2_over_items, {"mean", "sum"});
}

void SubtractOnes(const AdjustBlock& block, at::Tensor& residual_BC) {
  AT_DISPATCH_FLOATING_TYPES(residual_BC.scalar_type(), "SubtractOnes", [&] {
    scalar_t* residuals = residual_BC.mutable_data_ptr<scalar_t>();
    for (size_t p = 0; p < block.rows.size(); ++p) residuals[block.rows[p] * residual_BC.size(1) + block.items[p]] -= 1;
  });
}

// Adds a block's negative log-likelihood and gradients (sums over positives). With q = softmax(w s + b) and n_u
// positives of conversation u, d/dz_uc = n_u q_uc - [c is a positive of u].
void AddBlock(const AdjustBlock& block, const Adjustment& adjustment, AdjustLoss* loss) {
  SUITE_CHECK_EQ(block.rows.size(), block.items.size());
  if (block.rows.empty()) return;
  const at::Tensor row_P = at::tensor(block.rows), item_P = at::tensor(block.items);
  const at::Tensor logq_BC = AdjustScores(block.score_BC, adjustment).log_softmax(1);
  loss->value -= logq_BC.index({row_P, item_P}).sum(at::kDouble).item<double>();
  const int64_t conversations = block.score_BC.size(0);
  const at::Tensor count_B = row_P.bincount({}, conversations).to(logq_BC.scalar_type());
  at::Tensor residual_BC = logq_BC.exp().mul_(count_B.unsqueeze(1));
  SubtractOnes(block, residual_BC);
  loss->bias_gradient_C.add_(residual_BC.sum({0}, false, at::kDouble));
  loss->weight_gradient_C.add_(residual_BC.mul_(block.score_BC).sum({0}, false, at::kDouble));
  loss->positives += static_cast<int64_t>(block.rows.size());
}

Adjustment Unpacked(const at::Tensor& x_P) {
  const int64_t items = x_P.size(0) / 2;
  return {x_P.narrow(0, 0, items), x_P.narrow(0, items, items)};
}

}  // namespace

Adjustment IdentityAdjustment(int64_t items) {
  return {at::ones({items}, at::kDouble), at::zeros({items}, at::kDouble)};
}

at::Tensor AdjustScores(const at::Tensor& scores, const Adjustment& adjustment) {
  SUITE_CHECK_EQ(scores.size(-1), adjustment.weight_C.size(0));
  return scores.mul(adjustment.weight_C.to(scores.scalar_type())).add(adjustment.bias_C.to(scores.scalar_type()));
}

AdjustLoss AdjustLossAt(const AdjustBlocks& blocks, const Adjustment& adjustment, const AdjustOptions& options) {
  const int64_t items = adjustment.weight_C.size(0);
  const double scale = PenaltyScale(options, items);
  AdjustLoss loss;
  loss.weight_gradient_C = at::zeros({items}, at::kDouble);
  loss.bias_gradient_C = at::zeros({items}, at::kDouble);
  blocks([&](const AdjustBlock& block) { AddBlock(block, adjustment, &loss); });
  const double pairs = loss.positives > 0 ? static_cast<double>(loss.positives) : 1;
  loss.value /= pairs;
  const at::Tensor pull_C = adjustment.weight_C - 1;
  loss.value += scale * (pull_C.square().sum() + adjustment.bias_C.square().sum()).item<double>();
  loss.weight_gradient_C.div_(pairs).add_(pull_C, 2 * scale);
  loss.bias_gradient_C.div_(pairs).add_(adjustment.bias_C, 2 * scale);
  return loss;
}

AdjustFit FitAdjust(const AdjustBlocks& blocks, int64_t items, const AdjustOptions& options) {
  AdjustFit fit;
  const auto function = [&](const at::Tensor& x_P, at::Tensor* gradient_P) {
    const AdjustLoss loss = AdjustLossAt(blocks, Unpacked(x_P), options);
    fit.positives = loss.positives;
    *gradient_P = at::cat({loss.weight_gradient_C, loss.bias_gradient_C});
    return loss.value;
  };
  const Adjustment start = IdentityAdjustment(items);
  const LbfgsResult result = MinimizeLbfgs(function, at::cat({start.weight_C, start.bias_C}), options.optimizer);
  const Adjustment best = Unpacked(result.x_P);
  fit.adjustment = {best.weight_C.clone(), best.bias_C.clone()};
  fit.losses = result.values;
  fit.stopped_by = result.stopped_by;
  fit.evaluations = result.evaluations;
  return fit;
}

}  // namespace suite
