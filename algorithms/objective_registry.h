// What a file under objectives/ provides. Adding an algorithm takes one such file and one line in objectives.def.
//
//   // objectives/my_grpo.cc
//   ObjectiveConfig MyGrpoConfig() {
//     ObjectiveConfig config = PresetConfig("grpo");
//     config.surrogate.epsilon_high = 0.28;
//     return config;
//   }
//
//   // objectives.def
//   OBJECTIVE("my_grpo", MyGrpoConfig, MakeUnitObjective, "where it comes from", "property")
//
// MakeUnitObjective serves every point of the space of objective.h. An algorithm outside that space gives its own
// factory with the same signature, in the same file.
#pragma once

#include <memory>

#include "algorithms/objective.h"

namespace suite {

std::unique_ptr<PolicyObjective> MakeUnitObjective(const ObjectiveConfig& config);

// Declares the functions named in objectives.def.
#define OBJECTIVE(name, config_function, factory, source, status) \
  ObjectiveConfig config_function();                              \
  std::unique_ptr<PolicyObjective> factory(const ObjectiveConfig& config);
#include "algorithms/objectives.def"
#undef OBJECTIVE

}  // namespace suite
