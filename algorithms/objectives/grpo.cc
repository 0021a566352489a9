// GRPO: one ratio per token, one advantage per list.
//
//   J = E[ 1/G sum_i 1/|o_i| sum_t min(w_it A_i, clip(w_it, 1-eps_low, 1+eps_high) A_i) ] - beta KL(pi || pi_ref)
//   w_it = pi(o_it | x, o_i,<t) / pi_old(o_it | x, o_i,<t)
//   A_i  = (R_i - mean_G R) / (std_G R + 1e-4),   R_i = DCG@N of list i
//
// Source: DeepSeekMath, arXiv 2402.03300, eq. 3; as a baseline of arXiv 2510.20150, section 3, whose sequence reward is
// DCG@N. Status: matched to a peer (TRL 0.21 GRPOTrainer, loss types grpo and bnpo, ratio level token).
//
// Where this differs from the paper
// 1. 1e-4 is added to the standard deviation, which divides by G-1 (TRL); the paper prints neither.
// 2. The clip range .2/.2 is that of PPO and TRL: the paper names .06/.08 for the rank level alone.
// 3. KL with the k3 estimator, in the mean over tokens; beta as in the Rank-GRPO experiments.
// grpo@official differs from grpo: TRL 0.21's default reduction, bnpo, which lets long answers weigh more. There is no
// GRPO baseline in the authors' repository; TRL's GRPOTrainer with its defaults, the parent of theirs, stands in.
#include "algorithms/objective_registry.h"

namespace suite {

ObjectiveConfig GrpoConfig() {
  ObjectiveConfig config;
  config.surrogate = {Surrogate::kClip, /*epsilon_low=*/0.2, /*epsilon_high=*/0.2, std::nullopt};
  config.ratio = {RatioUnit::kToken, UnitMean::kMean};
  config.reduction.kind = Reduction::kGrpo;
  config.kl.estimator = KlEstimator::kK3;
  config.kl.beta = 1e-3;
  config.advantage.unit = AdvantageUnit::kSequence;
  config.advantage.normalisation = AdvantageNormalisation::kGroup;
  config.returns.kind = ReturnKind::kSequenceDcg;
  return config;
}

ObjectiveConfig GrpoOfficialConfig() {
  ObjectiveConfig config = GrpoConfig();
  config.reduction.kind = Reduction::kBnpo;
  config.rank_rule = "parsed";
  return config;
}

}  // namespace suite
