// The policies before the first RL step, apart where settings make them differ: lists that are constrained or not,
// items in another form, other demonstrations. A mean over such starts is the score of no policy.
//
//   for (const StartGroup& group : StartGroups(spec, set)) group.name;      // "SFT", or "SFT (constraint none)", ...
//
// Starts that only a seed tells apart (sft.own_seed) make one group; so do settings that leave every score at step 0 as
// it is to the bit.
#pragma once

#include <string>
#include <vector>

#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"

namespace suite {

struct StartGroup {
  std::string name;  // the spec's baseline; with the settings that differ where there are several groups
  std::vector<const ReportRun*> runs;  // arm by arm
};

// Of the runs that have ended well and have a start (arm_scores.h), in the order of their arms.
std::vector<StartGroup> StartGroups(const ReportSpec& spec, const RunSet& set);

// What tells a run's start from others: its scores at step 0 where it was evaluated there and later, else the settings
// that make it: policy, pre-training and fine-tuning, with the seed where sft.own_seed gives it to fine-tuning too.
std::string StartOf(const ReportRun& run, const std::string& split);

}  // namespace suite
