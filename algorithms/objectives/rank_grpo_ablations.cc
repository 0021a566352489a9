// Ablations of Rank-GRPO (log), each one or two fields away from it.
//
//   rank_grpo_no_mean            w_ik = prod_{t in y_ik} pi(t) / pi_old(t): the ratio of the rank's probabilities,
//                                without the root of order |y_ik| that the geometric mean takes
//   rank_grpo_no_causal          r_ik = DCG@N at every rank: rank k is also paid for the ranks before it
//   rank_grpo_no_mean_no_causal  both
//
// Source: rank_grpo_log (arXiv 2510.20150, section 3) with the named part taken out; the paper motivates both parts and
// leaves this comparison open. Status: by property and hand-checked cases.
//
// Where this differs from the paper
// 1. As rank_grpo_log, plus the named change. The clip range stays .06/.08 although a product of |y_ik| ratios spreads
//    about |y_ik| times as far in log space: more is clipped, which is the point of the comparison.
#include "algorithms/objective_registry.h"

namespace suite {

ObjectiveConfig RankGrpoNoMeanConfig() {
  ObjectiveConfig config = RankGrpoLogConfig();
  config.ratio.over_unit = UnitMean::kSum;
  return config;
}

ObjectiveConfig RankGrpoNoCausalConfig() {
  ObjectiveConfig config = RankGrpoLogConfig();
  config.returns.kind = ReturnKind::kFullDcg;
  return config;
}

ObjectiveConfig RankGrpoNoMeanNoCausalConfig() {
  ObjectiveConfig config = RankGrpoNoMeanConfig();
  config.returns.kind = ReturnKind::kFullDcg;
  return config;
}

}  // namespace suite
