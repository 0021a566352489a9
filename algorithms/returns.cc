#include "algorithms/returns.h"

#include <ATen/ops/empty.h>

#include <cmath>

#include "base/check.h"

namespace suite {
namespace {

double LogDiscount(int64_t rank) { return 1.0 / std::log2(static_cast<double>(rank + 2)); }

// The share of a hit at rank j in the return of rank k, both counted from 0.
double Weight(const ReturnConfig& config, int64_t j, int64_t k) {
  switch (config.kind) {
    case ReturnKind::kLog:
      return j >= k ? LogDiscount(j) : 0.0;
    case ReturnKind::kExpGamma:
      return j >= k ? std::pow(config.gamma, static_cast<double>(k - j)) : 0.0;
    case ReturnKind::kExpInf:
      return j == k ? 1.0 : 0.0;
    case ReturnKind::kWindow:
      return j >= k && j < k + config.window ? (config.window_discounted ? LogDiscount(j) : 1.0) : 0.0;
    case ReturnKind::kSequenceDcg:
    case ReturnKind::kFullDcg:
      return LogDiscount(j);
  }
  SUITE_CHECK(!"a ReturnKind without weights");
}

at::Tensor TakePenalty(const at::Tensor& reward, const at::Tensor& part_BN, double penalty) {
  if (!part_BN.defined() || penalty == 0.0) return reward;
  SUITE_CHECK_EQ(part_BN.dim(), 2);
  SUITE_CHECK_EQ(part_BN.size(0), reward.size(0));
  const at::Tensor amount_BN = part_BN.to(reward.scalar_type()).mul(penalty);
  return reward.sub(reward.dim() == 1 ? amount_BN.sum(1) : amount_BN);
}

}  // namespace

at::Tensor ReturnWeights(const ReturnConfig& config, const at::Tensor& like) {
  const int64_t n = like.size(-1);
  at::Tensor weight_NN = at::empty({n, n}, at::TensorOptions().dtype(at::kDouble));
  double* weight = weight_NN.mutable_data_ptr<double>();
  for (int64_t j = 0; j < n; ++j) {
    for (int64_t k = 0; k < n; ++k) weight[j * n + k] = Weight(config, j, k);
  }
  return weight_NN.to(like.options());
}

at::Tensor RankReturns(const at::Tensor& relevance_BN, const ReturnConfig& config) {
  SUITE_CHECK_EQ(relevance_BN.dim(), 2);
  SUITE_CHECK(config.kind != ReturnKind::kSequenceDcg);
  return relevance_BN.matmul(ReturnWeights(config, relevance_BN));
}

at::Tensor SequenceReturn(const at::Tensor& relevance_BN) {
  SUITE_CHECK_EQ(relevance_BN.dim(), 2);
  return relevance_BN.mv(ReturnWeights({ReturnKind::kSequenceDcg}, relevance_BN).select(1, 0).contiguous());
}

at::Tensor Returns(const at::Tensor& relevance_BN, const ReturnConfig& config) {
  return config.kind == ReturnKind::kSequenceDcg ? SequenceReturn(relevance_BN) : RankReturns(relevance_BN, config);
}

at::Tensor AddRewardParts(const at::Tensor& reward, const RewardParts& parts, const RewardPenalties& penalties) {
  at::Tensor total = TakePenalty(reward, parts.duplicate_BN, penalties.duplicate);
  total = TakePenalty(total, parts.out_of_catalog_BN, penalties.out_of_catalog);
  return TakePenalty(total, parts.format_BN, penalties.format);
}

}  // namespace suite
