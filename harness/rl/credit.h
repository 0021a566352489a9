// What every rank, and so every token, of a step's answers is worth: the core of the paper (arXiv 2510.20150, section
// 3), from which items hit to an advantage on each generated token.
//
//   BatchCredit credit = CreditRanks(batch, judged, {newlines_V, eos_id, /*list_length=*/20, /*group_size=*/8},
//                                    objective.config());
//   credit.advantage_BT                     // what the objective multiplies the ratios with
//
// B = P G rows: the G answers to each of P prompts, neighbours. T tokens, N ranks. Three steps, each a pure function:
//   1. spans       token ids [B,T] -> the rank of each token [B,T]; a newline ends a rank    (algorithms/rank_spans.h)
//   2. returns     relevance [B,N] -> what rank k earns, with penalties [B,N]                 (algorithms/returns.h)
//   3. advantages  returns [B,N] -> relative to the same rank of the group's other answers, laid on tokens [B,T]
//                                                                                           (algorithms/advantages.h)
// At unit sequence (GRPO, GSPO) a row has one return and one advantage: [B] for [B,N]. All is float32 on the CPU, of
// the whole batch: it is cut for backward passes afterwards (micro_batches.h).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "algorithms/objective.h"
#include "algorithms/rank_spans.h"
#include "harness/rl/rollout_batch.h"
#include "harness/rl/task.h"

namespace suite {

struct BatchCredit {
  at::Tensor return_BN;     // [B,N], or [B] at unit sequence
  at::Tensor advantage_BN;  // likewise
  at::Tensor advantage_BT;  // of each token; 0 where masked
  RankSpans spans;
  RankSpans loss_spans;  // those that count in the loss: without forced tokens where the rules leave them out
  StepRecord series;     // "return", "return_std", "frac_reward_zero_std", ... (RewardDiagnostics in diagnostics.h)
};

// How completions are cut into ranks and rows into groups.
struct RankRules {
  at::Tensor newlines_V;     // int64: newlines in the text of each token of the vocabulary
  int64_t eos_id = -1;       // -1: none
  int64_t list_length = 20;  // N
  int64_t group_size = 8;    // G
  // Tokens that were forced count in no ratio, reduction or KL: their ratio is 1 whatever the policy, and a mean over
  // them would be diluted.
  bool leave_out_forced = false;
};

// `forced_BT` bool [B,T], of a constraint's forced tokens; undefined: none was.
BatchCredit CreditRanks(const RolloutBatch& batch, const JudgedRollouts& judged, const RankRules& rules,
                        const ObjectiveConfig& objective, const at::Tensor& forced_BT = {});

}  // namespace suite
