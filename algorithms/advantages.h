// Advantages: rewards of a group of completions, made relative to the group and broadcast to tokens.
//
//   Advantages advantages = EstimateAdvantages(Returns(relevance_BN, config.returns), spans, /*group_size=*/8,
//                                              config.advantage);
//   input.advantage_BT = advantages.advantage_BT;
//
// Rows of one prompt are neighbours: rows 0..G-1 belong to prompt 0. Give the whole rollout batch in one call: batch
// normalisation and the diagnostics look at all of it; cut the result into micro-batches afterwards.
//
// What is averaged. The unit is the sequence (reward [B], one number per row) or the rank (reward [B,N]; rank k is only
// ever compared with rank k). m and s are mean and standard deviation over the G rows of a prompt, s_all over all B
// rows:
//
//   kGroup        (r - m) / (s + epsilon)                                             GRPO; TRL scale_rewards=group
//   kBatch        (r - m) / (s_all + epsilon)                                         TRL scale_rewards=batch
//   kLeaveOneOut  r - mean of the other G-1 rows                                      RLOO
//   kNone         r - m                                                               Dr. GRPO; TRL scale_rewards=false
//
// On the tokens. A token of rank k < N takes rank k's advantage (unit rank) or its row's (unit sequence). Overflow
// tokens take none at unit rank. EOS takes its rank's at unit rank only if `eos_takes_rank_advantage`: the authors'
// code gives it the list-end terms alone. List-end terms, if `shape_list_end`, are added on top:
//   EOS        + end_of_list_reward if exactly N items were emitted, + early_stop_penalty if fewer; nothing without EOS
//   overflow   + overflow_penalty for each token of a rank >= N, EOS included
//
// Source: arXiv 2510.20150, section 3; RankGRPOTrainer._generate_and_score_completions.
//
// Shapes: B rows, P = B / G prompts, G group, T tokens, N ranks. Results have the reward's dtype and device.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "algorithms/rank_spans.h"

namespace suite {

enum class AdvantageUnit { kSequence, kRank };
enum class AdvantageNormalisation { kGroup, kBatch, kLeaveOneOut, kNone };

struct AdvantageConfig {
  AdvantageUnit unit = AdvantageUnit::kRank;
  AdvantageNormalisation normalisation = AdvantageNormalisation::kGroup;
  bool unbiased_std = true;  // divide by G-1 (TRL, the authors, verl); false divides by G (the verl-GR port)
  double epsilon = 1e-4;     // added to the standard deviation: 1e-4 in TRL and the authors' code, 1e-6 in verl
  bool eos_takes_rank_advantage = true;
  bool shape_list_end = false;
  double end_of_list_reward = 0.1;
  double early_stop_penalty = -0.1;
  double overflow_penalty = -0.1;
};

struct Advantages {
  at::Tensor advantage_BT;   // per token, 0 where masked
  at::Tensor advantage_BN;   // before it is broadcast to tokens: [B,N] at unit rank, [B] at unit sequence
  at::Tensor group_mean_PN;  // mean reward of each group: [P,N], or [P]
  at::Tensor group_std_PN;   // standard deviation inside each group, of the configured kind: [P,N], or [P]
  // bool: all G rewards are equal (std within 1e-8 of 0, as TRL counts), so nothing is learned
  at::Tensor zero_std_PN;
};

// `reward` is [B] at unit sequence and [B,N] at unit rank. Throws InputError when the rows do not make whole groups of
// `group_size` >= 2.
Advantages EstimateAdvantages(const at::Tensor& reward, const RankSpans& spans, int64_t group_size,
                              const AdvantageConfig& config);

}  // namespace suite
