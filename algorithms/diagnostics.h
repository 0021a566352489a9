// Diagnostics: the named series that an objective reports with its loss. Names follow TRL and verl where they have one.
//
// <level> is token, rank or sequence. A value at a level is the mean over the level's units (active tokens; emitted
// ranks of all rows, overflow as one more; rows with an active token) of the mean over the unit's tokens.
//
//   ratio/<level>/{mean,std,min,p05,p50,p95,max}   ratio of new to old policy; geometric mean over the unit's tokens.
//                                                  All three are there whatever unit the objective uses; std divides
//                                                  by n
//   ratio/applied/{mean,std}, ess/applied          of the ratios that the surrogate is given, whatever their unit and
//                                                  whether it is a mean or a product; over active tokens, each with
//                                                  its unit's
//   ess/<level>                                    effective sample size as a share: 1 / mean((w / mean w)^2), verl
//   chi2_token, chi2_rank, chi2_seq                mean(W^2) - 1, W the product of token ratios over the unit, its
//                                                  log cut to +-20; verl (chi2_rank is ours)
//   clip_ratio/{low,high,region}_mean              TRL: share with w < 1-epsilon_low and A < 0, with w >
//                                                  1+epsilon_high and A > 0, and their sum. Over active tokens; over
//                                                  ALL rows if ratio and advantage are both of the sequence, as TRL's
//                                                  shapes make it
//   clip_ratio/<level>/{low,high}                  the same shares at each level
//   cispo_clip_ratio                               TRL: share of active tokens with w > epsilon_high and A > 0; of
//                                                  CISPO only
//   ppo_kl                                         verl: mean over active tokens of old logp - new logp
//   kl, kl_rank, kl_sequence, beta                 KL to the reference by the configured estimator; only with a
//                                                  reference
//   entropy, entropy_rank, entropy_sequence        only when given
//   advantages/{mean,std,min,max}                  over active tokens
//   num_tokens                                     active tokens
//
// RewardDiagnostics, once per rollout batch:
//   reward                                         mean over rows of the reward (unit rank: of its mean over ranks)
//   reward_std                                     TRL: mean over groups (and ranks) of the group's standard deviation
//   frac_reward_zero_std                           TRL: share of groups (unit rank: groups and ranks) of equal rewards
//   frac_group_zero_std                            share of groups in which no rank has different rewards
//   advantage_std                                  over rows (and ranks), before tokens; divides by n
//   reward/rank_01, ...                            mean reward at each rank; unit rank only
//
// RatioCounts, once per update, are histograms of the same ratios: ratio_counts/<level> says how many of the level's
// units have a log ratio (the mean over the unit's tokens) below the first of RatioEdges(), from each edge up to but
// without the next, and from the last edge on, where one that is not a number is counted too. They sum to the level's
// units, and those of micro-batches add up to those of the batch.
//
// Everything is copied to the host once and counted in plain loops: well under a millisecond for 96 rows of 64 tokens.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

#include "algorithms/advantages.h"
#include "algorithms/rank_spans.h"
#include "algorithms/surrogate.h"

namespace suite {

using NamedSeries = std::vector<std::pair<std::string, double>>;

// What the loss was made from, all [B,T]; `kl_BT` and `entropy_BT` may be undefined.
struct LossTerms {
  at::Tensor log_ratio_BT;  // of tokens: new - old
  at::Tensor ratio_BT;      // as applied by the surrogate
  at::Tensor advantage_BT;
  at::Tensor kl_BT;
  at::Tensor entropy_BT;
  double beta = 0.0;
  bool one_value_per_row = false;  // ratio and advantage are both of the sequence
};

NamedSeries LossDiagnostics(const LossTerms& terms, const RankSpans& spans, const SurrogateConfig& surrogate);

using NamedCounts = std::vector<std::pair<std::string, std::vector<double>>>;

// -2, -1, -0.5, ..., -0.0002, 0.0002, ..., 2: 1, 2 and 5 of each decade, so that the clip of GSPO (3e-4) and that of
// Rank-GRPO (0.1 and more) both lie inside.
const std::vector<double>& RatioEdges();
// "-2 -1 ... 2": a run's record names the edges beside its counts.
std::string RatioEdgesText();

// `log_ratio_BT` [B,T]: new - old; undefined on policy, where every ratio is 1. Three vectors of RatioEdges().size()
// + 1.
NamedCounts RatioCounts(const at::Tensor& log_ratio_BT, const RankSpans& spans);

// `reward` as given to EstimateAdvantages.
NamedSeries RewardDiagnostics(const at::Tensor& reward, const Advantages& advantages);

}  // namespace suite
