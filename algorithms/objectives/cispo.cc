// CISPO: the ratio is a weight that is cut, never a gate, so every token keeps its gradient.
//
//   J = E[ 1/(sum_i |o_i|) sum_i sum_t sg(min(w_it, 5)) A_i log pi(o_it) ]
//
// Source: arXiv 2506.13585, eq. 4 and 5, in TRL's form (loss_type cispo, epsilon_high an absolute cap).
// Status: by property and hand-checked cases.
//
// Where this differs from the paper
// 1. The paper clips to [1-eps_low, 1+eps_high] and does not publish the values; it says that the lower bound was not
//    in force. surrogate = cispo_verl has both bounds.
// 2. The standard deviation divides by G-1 and gets 1e-4 added, as in TRL. No KL, as in the paper.
#include "algorithms/objective_registry.h"

namespace suite {

ObjectiveConfig CispoConfig() {
  ObjectiveConfig config = GrpoConfig();
  config.surrogate.kind = Surrogate::kCispoTrl;
  config.surrogate.epsilon_high = 5.0;
  config.reduction.kind = Reduction::kDapo;
  config.kl.beta = 0.0;
  return config;
}

}  // namespace suite
