// Adjust: a weight and a bias for each catalogue item, fitted to what training users went on to like, so that the
// demonstrations follow the users' distribution and not the teacher's.
//
//   s_final = w (.) s + b
//
// w and b maximise the mean multinomial log-likelihood of the positives with a pull to the identity:
//
//   (1 / P) sum over positives (u, i) of log softmax(w (.) s_u + b)_i  -  l2 R(w, b)
//   R = (1 / C) sum_i ((w_i - 1)^2 + b_i^2)     l2_over_items = "mean"
//   R =         sum_i ((w_i - 1)^2 + b_i^2)     l2_over_items = "sum"
//
// P counts pairs, so a conversation with four positives weighs four times as much as one with a single positive; the
// softmax is over the whole catalogue, seen items included. The paper gives the strength 0.01 and not the scale: with
// the mean likelihood and a sum over thousands of items, b could hardly move, so "mean" is the default here. The
// negative of this is convex in (w, b), strictly with l2 > 0; it is minimised by L-BFGS (lbfgs.h, where the stopping
// rule stands) from w = 1, b = 0.
//
// Scores come in blocks, again and again, so that 100,000 conversations x 7,404 items never lie in memory at once:
//
//   AdjustBlocks blocks = [&](const AdjustBlockVisitor& visit) { for (...) visit({score_BC, rows, items}); };
//   AdjustFit fit = FitAdjust(blocks, catalog.size(), {});
//   at::Tensor final_BC = AdjustScores(score_BC, fit.adjustment);
//
// Source: arXiv 2510.20150, section 3 (Adjust).
//
// Shapes: B conversations of a block, C catalogue items.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "algorithms/demonstrations/lbfgs.h"

namespace suite {

// float64 [C] each.
struct Adjustment {
  at::Tensor weight_C, bias_C;
};

// w = 1, b = 0.
Adjustment IdentityAdjustment(int64_t items);

// [C] or [B, C], dtype of the scores. With w = 1 and b = 0 these are the scores, to the bit.
at::Tensor AdjustScores(const at::Tensor& scores, const Adjustment& adjustment);

struct AdjustBlock {
  at::Tensor score_BC;  // float32 or float64
  // The positives: conversation (row of the block) and item of each.
  std::vector<int64_t> rows, items;
};

using AdjustBlockVisitor = std::function<void(const AdjustBlock&)>;
// Calls the visitor with each block in turn: the same blocks in the same order whenever it is called.
using AdjustBlocks = std::function<void(const AdjustBlockVisitor&)>;

struct AdjustOptions {
  double l2 = 0.01;
  std::string l2_over_items = "mean";  // or "sum"
  LbfgsOptions optimizer;
};

// The negative of the objective above, with its gradients.
struct AdjustLoss {
  double value = 0;
  at::Tensor weight_gradient_C, bias_gradient_C;  // float64
  int64_t positives = 0;
};

// Without positives the likelihood counts as 0.
AdjustLoss AdjustLossAt(const AdjustBlocks& blocks, const Adjustment& adjustment, const AdjustOptions& options);

struct AdjustFit {
  Adjustment adjustment;
  int64_t positives = 0;
  std::vector<double> losses;  // at the start and after each iteration
  std::string stopped_by;      // LbfgsResult::stopped_by
  int64_t evaluations = 0;     // passes over the blocks
};

// Throws InputError for an unknown l2_over_items.
AdjustFit FitAdjust(const AdjustBlocks& blocks, int64_t items, const AdjustOptions& options);

}  // namespace suite
