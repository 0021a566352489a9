// What people call a setting who come from TRL (GRPOConfig), from verl or from the papers.
//
//   NameHere("lr")                        // "rl.learning_rate"
//   NameHere("num_generations")           // "rl.group_size"
//
// Names: TRL 1.10.0.dev0 (trl/trainer/grpo_config.py), verl (verl/trainer/config), arXiv 2510.20150.
#pragma once

#include <string>

namespace suite {

// The key of the setting; empty for a name that is not listed.
std::string NameHere(const std::string& name);

}  // namespace suite
