#include "algorithms/demonstrations/adjust.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "algorithms/demonstrations/remap.h"
#include "base/error.h"
#include "base/random.h"

namespace suite {
namespace {

at::Tensor RandomScores(RandomStream* stream, int64_t rows, int64_t items) {
  std::vector<double> values;
  for (int64_t i = 0; i < rows * items; ++i) values.push_back(stream->Normal());
  return at::tensor(values).view({rows, items});
}

AdjustBlocks Blocks(std::vector<AdjustBlock> blocks) {
  return [blocks = std::move(blocks)](const AdjustBlockVisitor& visit) {
    for (const AdjustBlock& block : blocks) visit(block);
  };
}

// Two items, one conversation with item 1 as its positive: z = (2 * 1 + .5, 1 * 3 - .5) = (2.5, 2.5), so q = 1/2 each.
TEST(Adjust, HandChecked) {
  const AdjustBlocks blocks = Blocks({{at::tensor(std::vector<double>{1, 3}).view({1, 2}), {0}, {1}}});
  const Adjustment at = {at::tensor(std::vector<double>{2, 1}), at::tensor(std::vector<double>{0.5, -0.5})};
  AdjustOptions options;
  options.l2 = 0.1;
  const AdjustLoss loss = AdjustLossAt(blocks, at, options);
  EXPECT_EQ(loss.positives, 1);
  EXPECT_NEAR(loss.value, std::log(2.0) + 0.1 * (1 + 0.25 + 0.25) / 2, 1e-14);
  EXPECT_NEAR(loss.bias_gradient_C[0].item<double>(), 0.5 + 0.1 * 2 * 0.5 / 2, 1e-14);
  EXPECT_NEAR(loss.bias_gradient_C[1].item<double>(), -0.5 - 0.1 * 2 * 0.5 / 2, 1e-14);
  EXPECT_NEAR(loss.weight_gradient_C[0].item<double>(), 0.5 * 1 + 0.1 * 2 * 1 / 2, 1e-14);
  EXPECT_NEAR(loss.weight_gradient_C[1].item<double>(), -0.5 * 3, 1e-14);
  options.l2_over_items = "sum";
  EXPECT_NEAR(AdjustLossAt(blocks, at, options).value, std::log(2.0) + 0.1 * 1.5, 1e-14);
  options.l2_over_items = "max";
  EXPECT_THROW(AdjustLossAt(blocks, at, options), InputError);
}

TEST(Adjust, GradientEqualsFiniteDifferences) {
  RandomStream stream(2, "adjust gradient");
  constexpr int64_t kItems = 6;
  // Rows with two positives, one and none.
  const AdjustBlocks blocks =
      Blocks({{RandomScores(&stream, 3, kItems), {0, 0, 1}, {4, 2, 0}}, {RandomScores(&stream, 2, kItems), {1}, {5}}});
  const Adjustment at = {RandomScores(&stream, 1, kItems)[0], RandomScores(&stream, 1, kItems)[0]};
  const AdjustLoss loss = AdjustLossAt(blocks, at, {});
  constexpr double kStep = 1e-6;
  for (int64_t i = 0; i < 2 * kItems; ++i) {
    const auto moved = [&](double step) {
      Adjustment there = {at.weight_C.clone(), at.bias_C.clone()};
      (i < kItems ? there.weight_C : there.bias_C)[i % kItems].add_(step);
      return AdjustLossAt(blocks, there, {}).value;
    };
    const double numeric = (moved(kStep) - moved(-kStep)) / (2 * kStep);
    const at::Tensor& gradient_C = i < kItems ? loss.weight_gradient_C : loss.bias_gradient_C;
    EXPECT_NEAR(gradient_C[i % kItems].item<double>(), numeric, 1e-8) << i;
  }
}

TEST(Adjust, BlocksAreOnlyAWayToSaveMemory) {
  RandomStream stream(3, "adjust blocks");
  const at::Tensor score_BC = RandomScores(&stream, 4, 5);
  const AdjustBlocks whole = Blocks({{score_BC, {0, 2, 3, 3}, {1, 4, 0, 2}}});
  const AdjustBlocks halves =
      Blocks({{score_BC.narrow(0, 0, 2), {0}, {1}}, {score_BC.narrow(0, 2, 2), {0, 1, 1}, {4, 0, 2}}});
  const AdjustFit a = FitAdjust(whole, 5, {}), b = FitAdjust(halves, 5, {});
  EXPECT_TRUE(a.adjustment.weight_C.allclose(b.adjustment.weight_C, 0, 1e-6));
  EXPECT_TRUE(a.adjustment.bias_C.allclose(b.adjustment.bias_C, 0, 1e-6));
}

TEST(Adjust, NeverChangesTheOrderAtTheIdentity) {
  RandomStream stream(4, "adjust identity");
  const at::Tensor score_BC = RandomScores(&stream, 20, 50).to(at::kFloat);
  EXPECT_TRUE(AdjustScores(score_BC, IdentityAdjustment(50)).equal(score_BC));
  for (int64_t row = 0; row < 20; ++row) {
    EXPECT_TRUE(
        TopItems(AdjustScores(score_BC[row], IdentityAdjustment(50)), {}, 50).equal(TopItems(score_BC[row], {}, 50)));
  }
}

TEST(Adjust, AStrongPullLeavesTheIdentity) {
  RandomStream stream(5, "adjust pull");
  AdjustOptions options;
  options.l2 = 1e6;
  const AdjustFit fit = FitAdjust(Blocks({{RandomScores(&stream, 8, 5), {0, 1, 2}, {0, 0, 1}}}), 5, options);
  EXPECT_TRUE(fit.adjustment.weight_C.allclose(IdentityAdjustment(5).weight_C, 0, 1e-4));
  EXPECT_TRUE(fit.adjustment.bias_C.allclose(IdentityAdjustment(5).bias_C, 0, 1e-4));
  const AdjustFit none = FitAdjust(Blocks({}), 5, {});
  EXPECT_EQ(none.positives, 0);
  EXPECT_TRUE(none.adjustment.bias_C.equal(IdentityAdjustment(5).bias_C));
}

// 40,000 draws from softmax(w s + b) with planted w and b. A bias common to all items cannot be seen, so biases are
// compared after centring. A weight or bias is known from about 40,000 / 8 draws of its item: standard errors near .02;
// the bound is over four of them.
TEST(Adjust, RecoversWhatWasPlanted) {
  RandomStream stream(6, "adjust planted");
  constexpr int64_t kItems = 8, kRows = 40000;
  const at::Tensor score_BC = RandomScores(&stream, kRows, kItems);
  const Adjustment planted = {at::tensor(std::vector<double>{0.5, 1, 1.5, 0.8, 1.2, 0.3, 2, 1}),
                              at::tensor(std::vector<double>{0.7, -0.7, 0, 0.3, -0.3, 0.5, -0.5, 0})};
  const at::Tensor logit_BC = AdjustScores(score_BC, planted);
  AdjustBlock block = {score_BC, {}, {}};
  for (int64_t row = 0; row < kRows; ++row) {
    const double* logits = logit_BC.const_data_ptr<double>() + row * kItems;
    std::vector<double> noisy;
    for (int64_t i = 0; i < kItems; ++i) noisy.push_back(logits[i] + stream.Gumbel());
    block.rows.push_back(row);
    block.items.push_back(std::max_element(noisy.begin(), noisy.end()) - noisy.begin());
  }
  AdjustOptions options;
  options.l2 = 1e-6;
  const AdjustFit fit = FitAdjust(Blocks({block}), kItems, options);
  EXPECT_EQ(fit.stopped_by, "gradient");
  EXPECT_LE(fit.losses.back(), AdjustLossAt(Blocks({block}), planted, options).value);
  EXPECT_LT((fit.adjustment.weight_C - planted.weight_C).abs().max().item<double>(), 0.1);
  const at::Tensor bias_C = fit.adjustment.bias_C - fit.adjustment.bias_C.mean();
  EXPECT_LT((bias_C - (planted.bias_C - planted.bias_C.mean())).abs().max().item<double>(), 0.1);
}

}  // namespace
}  // namespace suite
