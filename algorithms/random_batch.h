// A random but repeatable batch for the property tests of objectives: B = 8 rows of T = 12 tokens, N = 3, groups of 4.
#pragma once

#include <ATen/core/Tensor.h>

#include "algorithms/advantages.h"
#include "algorithms/objective.h"

namespace suite {

struct RandomBatch {
  RankSpans spans;
  at::Tensor logp_BT, old_BT, reference_BT, entropy_BT;  // float64; logp and entropy require grad
  at::Tensor relevance_BN;
};

// Lists are exact, short, too long and truncated; every row has an active token.
RandomBatch MakeRandomBatch();

constexpr int64_t kRandomGroup = 4;

// The input of a whole batch in one piece, with the advantages of `config`.
ObjectiveInput InputOf(const RandomBatch& batch, const ObjectiveConfig& config);

// The rows named by `rows`, as fresh leaves.
RandomBatch RowsOf(const RandomBatch& batch, const at::Tensor& rows);

// Every legal mix of surrogate, ratio unit and mean, reduction and KL estimator, with an entropy bonus.
std::vector<ObjectiveConfig> MixedConfigs();

}  // namespace suite
