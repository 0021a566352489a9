// How much importance ratios vary at each level, beside what averaging alone would do.
//
//   const TextTable table = RatioLevelTable(set);       // no rows where every ratio is 1 (one update a rollout)
//
// The ratio of an item is the geometric mean of its tokens' ratios: in logarithms a mean over n tokens. Were the
// tokens' log ratios independent and alike, its variance would be 1/n of theirs whatever the model learned, so a
// smaller variance by that factor says nothing about the policy. Where the factor seen is near 1/n, claim 4 is nearly a
// matter of arithmetic.
#pragma once

#include "reports/runs/run_set.h"
#include "reports/tables/text_table.h"

namespace suite {

// A row for each arm whose runs record ratios that are not all 1: standard deviations of token, item and list ratios
// (means over the steps and the runs), tokens an item, the factor between the variances of items and tokens, and 1/n.
TextTable RatioLevelTable(const RunSet& set);

}  // namespace suite
