// Returns: what each rank of a list earns, given which ranks hit, and what is taken from it for what it holds.
//
// A return is a fixed linear map of the relevance: return_k = sum_j weight(j, k) rel_j. With ranks counted from 1:
//
//   kSequenceDcg  one number per list: DCG@N = sum_j rel_j / log2(j+1)                (GRPO and GSPO)
//   kLog          DCG@k:N = sum_{j>=k} rel_j / log2(j+1)                              (paper, section 3)
//   kExpGamma     sum_{j>=k} rel_j / gamma^(j-k), gamma >= 1; gamma = 1 counts the hits from k on
//   kExpInf       rel_k alone, the limit of a large gamma
//   kWindow       sum_{j=k}^{min(N,k+w-1)} rel_j, divided by log2(j+1) if window_discounted (the paper's future work);
//                 w = 1 is kExpInf, w = N discounted is kLog
//   kFullDcg      DCG@N at every rank: the ablation without the causal mask, rank k is paid for ranks before it
//
//   at::Tensor reward_BN = RankReturns(relevance_BN, {ReturnKind::kLog});
//
// All but kFullDcg are causal: the return of rank k does not depend on ranks before k.
// Source: arXiv 2510.20150, section 3; reward_func_log_decay and reward_func_exp_inf of the authors' code.
//
// Shapes: B rows, N ranks. Relevance is 0 or 1 (any number works); results have its dtype and device.
#pragma once

#include <ATen/core/Tensor.h>

namespace suite {

enum class ReturnKind { kSequenceDcg, kLog, kExpGamma, kExpInf, kWindow, kFullDcg };

struct ReturnConfig {
  ReturnKind kind = ReturnKind::kExpInf;
  double gamma = 1.5;              // kExpGamma only, >= 1
  int window = 3;                  // kWindow only, >= 1
  bool window_discounted = false;  // kWindow only
};

// [B,N] to [B,N]. kSequenceDcg has no value per rank: use SequenceReturn, or kFullDcg for its number at every rank.
at::Tensor RankReturns(const at::Tensor& relevance_BN, const ReturnConfig& config);

// [B,N] to [B]: DCG@N.
at::Tensor SequenceReturn(const at::Tensor& relevance_BN);

// What EstimateAdvantages takes: [B] for kSequenceDcg, [B,N] otherwise.
at::Tensor Returns(const at::Tensor& relevance_BN, const ReturnConfig& config);

// weight_NN[j][k]: the share of rel_j in the return of rank k; `like` gives N (its last dimension), dtype and device.
at::Tensor ReturnWeights(const ReturnConfig& config, const at::Tensor& like);

// Named penalties for what a rank holds, taken from its return. The paper has none: they are 0 in every preset.
struct RewardPenalties {
  double duplicate = 0.0;       // the item stood at an earlier rank of the same list
  double out_of_catalog = 0.0;  // the line parses, but no such item exists
  double format = 0.0;          // the line does not parse as "Title (Year)"
};

// What datasets/ judged of each rank: 0/1 [B,N]; undefined where nobody judged, which counts as all 0.
struct RewardParts {
  at::Tensor duplicate_BN;
  at::Tensor out_of_catalog_BN;
  at::Tensor format_BN;
};

// `reward` [B,N]: a penalty is taken from the rank where it happened, after the return was computed, so it never
// travels to other ranks. `reward` [B], at unit sequence: the penalties of all ranks are summed. Same shape back.
at::Tensor AddRewardParts(const at::Tensor& reward, const RewardParts& parts, const RewardPenalties& penalties);

}  // namespace suite
