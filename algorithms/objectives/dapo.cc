// DAPO: GRPO with a wider upper clip and one mean over all tokens of the batch.
//
//   J = E[ 1/(sum_i |o_i|) sum_i sum_t min(w_it A_i, clip(w_it, 1-.2, 1+.28) A_i) ]
//
// Source: arXiv 2503.14476, eq. 8; clip range from its section 4.1. Status: by property; the clip and the token mean
// are matched on their own.
//
// Where this differs from the paper
// 1. Dynamic sampling and the soft punishment of overlong answers belong to the sampler and the reward, not here.
// 2. The standard deviation divides by G-1 and gets 1e-4 added, as in TRL.
#include "algorithms/objective_registry.h"

namespace suite {

ObjectiveConfig DapoConfig() {
  ObjectiveConfig config = GrpoConfig();
  config.surrogate.epsilon_high = 0.28;
  config.reduction.kind = Reduction::kDapo;
  config.kl.beta = 0.0;
  return config;
}

}  // namespace suite
