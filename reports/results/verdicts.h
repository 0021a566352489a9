// The verdicts of a report, on comparisons and on claims, from one procedure.
//
//   const Verdicts verdicts = JudgeAll(spec, set);
//   verdicts.pairs[0].verdict;      // kBetter
//   verdicts.ledger[0].decision;    // kReproduced
//
// All tests of a report make one family, corrected by Holm at 1 - spec.confidence. A question that is asked twice, by a
// comparison and by a claim, is one test and has one adjusted p value.
#pragma once

#include <vector>

#include "reports/results/claims_ledger.h"
#include "reports/results/comparisons.h"
#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"

namespace suite {

struct Verdicts {
  std::vector<ComparedPair> pairs;
  std::vector<LedgerEntry> ledger;
  size_t tests = 0;  // different ones
};

// Throws InputError for an arm, metric or series that the runs do not have, and for the baseline where a step series is
// compared (it was never trained).
Verdicts JudgeAll(const ReportSpec& spec, const RunSet& set);

}  // namespace suite
