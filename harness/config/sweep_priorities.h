// From [[sweep.priority]] rules to the priority of each run. Internal to harness/config; experiment_file.h shows how
// rules are written, LaunchOrder (harness/sweep/sweep.h) orders runs by them.
//
//   std::vector<int64_t> priorities = PrioritiesOf(configs, rules.priority, known_names);
//
// A rule fits a run by its config, so it also fits runs beside the grid, which have the base run's value of an axis.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/config/experiment_file.h"
#include "harness/config/run_config.h"
#include "harness/config/setting.h"

namespace suite {

// For each run the sum of the priorities of all rules that fit it; 0 where none does.
std::vector<int64_t> PrioritiesOf(const std::vector<RunConfig>& runs, const std::vector<PriorityRule>& rules,
                                  const KnownNames& known_names);

// Throws InputError for a rule that is a typing error: a value that its setting cannot have, a key that is not swept
// (`swept` are the keys that are), a value that no run has, and a rule that fits no run.
void CheckPriorities(const std::vector<PriorityRule>& rules, const std::vector<RunConfig>& runs,
                     const std::vector<std::string>& swept, const KnownNames& known_names);

}  // namespace suite
