// From a sweep's axes and rules to its points: what each run sets, which arm it belongs to, and its priority.
//
// Internal to harness/config; experiment_file.h shows how a sweep is written. Rules are small grids themselves:
//   exclude   a point that has, for every key of the rule, one of the rule's values, is left out
//   include   the rule's grid is added; a rule without `seed` is crossed with the sweep's seeds, so that every arm has
//             the same (paired) seeds. Other axes keep the base run's value.
//   priority  changes no point: it is added to what each run that fits has. A rule fits a run by its config, so it also
//             fits runs beside the grid, which have the base run's value of an axis.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/config/experiment_file.h"
#include "harness/config/run_config.h"
#include "harness/config/setting.h"

namespace suite {

// What one run sets, in the order of the axes.
using SweepPoint = std::vector<Setting>;

// The grid in declared order, the first axis slowest; then the included points. Throws InputError for more than 10,000
// points, for a point that is there twice, and when nothing is left.
std::vector<SweepPoint> SweepPoints(const std::vector<SweepAxis>& axes, const SweepRules& rules);

// Throws InputError for an exclusion that fits no point of the grid: a typing error.
void CheckExclusions(const std::vector<SweepAxis>& axes, const SweepRules& rules);

// For each run the sum of the priorities of all rules that fit it; 0 where none does.
std::vector<int64_t> PrioritiesOf(const std::vector<RunConfig>& runs, const std::vector<PriorityRule>& rules,
                                  const KnownNames& known_names);

// Throws InputError for a rule that is a typing error: a value that its setting cannot have, a key that is not swept
// (`swept` are the keys that are), a value that no run has, and a rule that fits no run.
void CheckPriorities(const std::vector<PriorityRule>& rules, const std::vector<RunConfig>& runs,
                     const std::vector<std::string>& swept, const KnownNames& known_names);

// What --set leaves: an axis, also of a rule, keeps the one value that is set; an included grid without it is dropped.
void NarrowTo(const std::vector<Setting>& sets, std::vector<SweepAxis>* axes, SweepRules* rules);

// The point without its seed: the value of the only setting when that is a text ("gspo"), else "key=value" pairs
// ("preset=gspo, updates_per_rollout=2") with keys cut to their last word where no other key of `points` ends in it;
// with no setting at all, `preset`.
std::string ArmOf(const SweepPoint& point, const std::vector<SweepPoint>& points, const std::string& preset);

// "objective.preset = \"gspo\", seed = 3"
std::string PointText(const SweepPoint& point);

}  // namespace suite
