// Reductions: how the losses of tokens become one number. Each is a weight per token, loss = sum_t c_t L_t.
//
//   kRankMean  c_t = 1 / (rows * N * tokens in t's rank): the mean over ranks and rows as the paper prints it. N is
//              fixed whatever was emitted: a missing rank counts 0. Overflow is one more unit of the same weight.
//   kGrpo      c_t = 1 / (rows * tokens in t's row): mean over each row, then over ALL rows (an empty row counts 0)
//   kDapo      c_t = 1 / active tokens of the whole batch
//   kDrGrpo    c_t = 1 / (rows * max_completion_length)
//   kBnpo      c_t = 1 / (active tokens of THIS micro-batch * micro_batches): the only one that depends on how the
//              batch is cut; each micro-batch is normalised by its own tokens, then they are averaged. With one
//              micro-batch it equals kDapo, with one row in each it equals kGrpo.
//
// Names are those of TRL's `loss_type`; kRankMean is arXiv 2510.20150.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "algorithms/rank_spans.h"
#include "algorithms/ratio.h"

namespace suite {

enum class Reduction { kRankMean, kBnpo, kGrpo, kDapo, kDrGrpo };

struct ReductionConfig {
  Reduction kind = Reduction::kGrpo;
  int64_t max_completion_length = 0;  // kDrGrpo only: the fixed divisor of a row
};

// Denominators of the whole batch of one optimizer step, over all its micro-batches and processes (whose gradients are
// summed). Counts are exact integers held in doubles.
struct Normalizer {
  double rows = 0;
  double active_tokens = 0;
  double micro_batches = 1;
};

// The normalizer of a batch that is in one piece. For several micro-batches add up rows and active_tokens and set
// micro_batches to their number. Reads one number from the device.
Normalizer WholeBatch(const RankSpans& spans);

// [B,T] weights in `dtype`, 0 where masked. `ranks` is RankMembers(spans, dtype), needed for kRankMean alone.
at::Tensor TokenWeights(const ReductionConfig& config, const RankSpans& spans, const UnitMembers& ranks,
                        const Normalizer& normalizer, at::ScalarType dtype);

}  // namespace suite
