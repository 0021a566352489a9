// The importance ratios that each arm's loss multiplied with: how far from 1, how scattered, and what share of the sample
// they leave.
//
//   const TextTable table = AppliedRatioTable(set);     // no rows where every ratio is 1, and for older records
//
// An arm's ratios are those of its own objective (token, item or list; mean or product), so arms differ in what is
// counted here: it is what reaches the gradient. A mean away from 1 says that the policy in the loss is not the one that
// sampled.
#pragma once

#include "reports/runs/run_set.h"
#include "reports/tables/text_table.h"

namespace suite {

// Mean, standard deviation and effective sample size, each the mean over steps and runs.
TextTable AppliedRatioTable(const RunSet& set);

}  // namespace suite
