// Rank-GRPO: one ratio and one advantage per rank of the list.
//
//   J = E[ 1/(G N) sum_i sum_k min(w_ik A_ik, clip(w_ik, 1-eps_low, 1+eps_high) A_ik) ] - beta KL(pi || pi_SFT)
//   w_ik = exp( 1/|y_ik| sum_{t in y_ik} log(pi(t) / pi_old(t)) ),   y_ik the tokens of rank k: a geometric mean
//   A_ik = (r_ik - mean_G r_k) / (std_G r_k + 1e-4),                 rank k compared with rank k alone
//
// with the return r_ik of each preset (returns.h):
//   rank_grpo_log        DCG@k:N = sum_{j>=k} rel_j / log2(j+1)
//   rank_grpo_exp_inf    rel_k
//   rank_grpo_exp_gamma  sum_{j>=k} rel_j / gamma^(j-k)
//   rank_grpo_window     sum of rel_j over the next w ranks, the paper's future work
//   rank_grpo_token      exp_inf, with the ratio's value but each token's own gradient: GSPO-token one level down
//
// Source: arXiv 2510.20150, section 3; the @official presets github.com/yaochenzhu/Rank-GRPO at 0808d82,
// libs/trl/rank_grpo_trainer.py. Status: @official matched to the authors' code (loss, gradient, advantages, masks);
// the others by property and hand-checked cases, from parts that are matched.
//
// Where this differs from the paper
// 1. A newline belongs to the rank it ends, EOS to the last rank: both enter that rank's mean and take its advantage.
// 2. Tokens beyond rank N have advantage 0 and share one ratio; in the KL they weigh as one more rank.
// 3. The printed objective has no list-end terms. The text mentions small penalties for stopping early and for items
//    beyond N without values; shape_list_end = true adds them as the authors' code sets them.
// 4. The standard deviation divides by G-1 and gets 1e-4 added, as in the authors' code.
// 5. KL with the k3 estimator, in the mean over each rank's tokens and then over the N ranks.
//
// Where @official differs from the paper
// 1. bnpo: the mean over all active tokens of the micro-batch instead of 1/(G N), so long titles weigh more and a
//    missing rank weighs nothing.
// 2. EOS has no rank advantage: +.1 after exactly N items, -.1 after fewer, 0 when an EOS is missing; each token beyond
//    N gets -.1. EOS still enters the last rank's ratio.
// 3. The reward counts lines that parse, the ratio counts newlines: a blank line shifts one against the other.
#include "algorithms/objective_registry.h"

namespace suite {
namespace {

ObjectiveConfig AsPrinted(ReturnKind kind) {
  ObjectiveConfig config;
  config.surrogate = {Surrogate::kClip, /*epsilon_low=*/0.06, /*epsilon_high=*/0.08, std::nullopt};
  config.ratio = {RatioUnit::kRank, UnitMean::kMean};
  config.reduction.kind = Reduction::kRankMean;
  config.kl.estimator = KlEstimator::kK3;
  config.kl.beta = 1e-3;
  config.advantage.unit = AdvantageUnit::kRank;
  config.advantage.normalisation = AdvantageNormalisation::kGroup;
  config.returns.kind = kind;
  return config;
}

ObjectiveConfig AsCoded(ReturnKind kind) {
  ObjectiveConfig config = AsPrinted(kind);
  config.reduction.kind = Reduction::kBnpo;
  config.advantage.eos_takes_rank_advantage = false;
  config.advantage.shape_list_end = true;
  config.rank_rule = "parsed";
  return config;
}

}  // namespace

ObjectiveConfig RankGrpoLogConfig() { return AsPrinted(ReturnKind::kLog); }
ObjectiveConfig RankGrpoExpInfConfig() { return AsPrinted(ReturnKind::kExpInf); }
ObjectiveConfig RankGrpoExpGammaConfig() { return AsPrinted(ReturnKind::kExpGamma); }
ObjectiveConfig RankGrpoWindowConfig() { return AsPrinted(ReturnKind::kWindow); }

ObjectiveConfig RankGrpoTokenConfig() {
  ObjectiveConfig config = AsPrinted(ReturnKind::kExpInf);
  config.surrogate.kind = Surrogate::kUnitToken;
  return config;
}

ObjectiveConfig RankGrpoLogOfficialConfig() { return AsCoded(ReturnKind::kLog); }
ObjectiveConfig RankGrpoExpInfOfficialConfig() { return AsCoded(ReturnKind::kExpInf); }

}  // namespace suite
