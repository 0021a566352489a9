// The sentences of a report, held against the records of the runs that they speak of (reports/spec/statement.h).
//
//   const CheckedStatements checked = CheckStatements(spec, set);
//   checked.spec;       // title, notes and claims with the settings filled in, without those whose condition is broken
//   checked.left_out;   // "A note is not said here: it needs rl.updates_per_rollout = 1; 20 of 20 runs have 2."
#pragma once

#include <string>
#include <vector>

#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"

namespace suite {

struct CheckedStatements {
  ReportSpec spec;
  std::vector<std::string> left_out;
};

// The title and the notes are about all finished runs, a claim about those of its arms. Throws InputError for a setting
// that the runs do not have.
CheckedStatements CheckStatements(const ReportSpec& spec, const RunSet& set);

}  // namespace suite
