// GSPO: one ratio and one advantage per list.
//
//   J = E[ 1/G sum_i min(s_i A_i, clip(s_i, 1-eps_low, 1+eps_high) A_i) ] - beta KL(pi || pi_ref)
//   s_i = exp( 1/|o_i| sum_t log(pi(o_it) / pi_old(o_it)) )
//   A_i as in GRPO
//
// gspo_token gives token t the value s_i and its own gradient alone,
//   s_it = sg(s_i) pi(o_it) / sg(pi(o_it)),
// equal to gspo while A is the same for the whole list.
//
// Source: arXiv 2507.18071, eq. 5 to 7 and section 4.3; clip range 3e-4 / 4e-4 from its section 5.1.
// Status: gspo matched to a peer (TRL 0.21 GRPOTrainer, importance_sampling_level sequence); gspo_token by property.
//
// Where this differs from the paper
// 1. A KL term as in the Rank-GRPO experiments; GSPO's paper has none. Set beta = 0 for it.
// 2. s_i is constant over a list, so "grpo", the mean over each list's tokens and then over lists, is the paper's mean
//    over lists. With bnpo (gspo@official, TRL 0.21's default) each list weighs by its length.
#include "algorithms/objective_registry.h"

namespace suite {

ObjectiveConfig GspoConfig() {
  ObjectiveConfig config = GrpoConfig();
  config.surrogate.epsilon_low = 3e-4;
  config.surrogate.epsilon_high = 4e-4;
  config.ratio.unit = RatioUnit::kSequence;
  return config;
}

ObjectiveConfig GspoOfficialConfig() {
  ObjectiveConfig config = GspoConfig();
  config.reduction.kind = Reduction::kBnpo;
  config.rank_rule = "parsed";
  return config;
}

ObjectiveConfig GspoTokenConfig() {
  ObjectiveConfig config = GspoConfig();
  config.surrogate.kind = Surrogate::kUnitToken;
  return config;
}

}  // namespace suite
