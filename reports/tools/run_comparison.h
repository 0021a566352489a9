// What differs between two runs, or between two sweeps: config, data, code, numerics and results, on one page.
//
//   Document page = CompareRuns({"A", ReadAllStores(paths_a)}, {"B", ReadAllStores(paths_b)});
//   std::cout << page.ToMarkdown();
//
// Two single runs are a pair. In sweeps, runs pair up when they agree in the seed and in every setting that differs
// within a side; runs without a partner are listed. Use it to ask whether a change of the code changed results: equal
// configs and code that is meant to be equal must give series and scores that are equal to the bit.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "reports/page/document.h"
#include "reports/runs/run_set.h"

namespace suite {

// One side: the runs of a store or of a folder.
struct RunGroup {
  RunGroup(const std::string& name_of_side, ReadStores stores);

  std::string name;
  RunSet set;
};

// Where two runs part.
struct NumericGap {
  bool is_equal = true;                            // series and scores, to the bit, but for measured times and memory
  std::vector<std::string> only_in_one;            // series that one of them lacks
  std::map<std::string, int64_t> first_step;       // of each series that differs: the first step where it does
  std::map<std::string, double> largest_relative;  // |a - b| / max(|a|, |b|), at its largest
  bool other_steps = false;                        // the steps themselves differ
};

NumericGap CompareNumerics(const RunRecord& a, const RunRecord& b);

// Throws InputError when two runs of one side would pair up with one of the other.
Document CompareRuns(const RunGroup& a, const RunGroup& b);

}  // namespace suite
