// The claims ledger of a report: each claim with what our runs say about it, beside what was published.
//
//   std::vector<LedgerEntry> ledger = JudgeClaims(spec, set);
//   ToMarkdown(LedgerTable(spec, ledger));
//   LedgerJson(spec, ledger);      // everything, in full precision
//
// A claim about a score is paired by seed and by conversation; one about a step series or about a curve by seed only.
// Verdicts are corrected over all claims of the report (claim.h).
#pragma once

#include <string>
#include <vector>

#include "reports/runs/run_set.h"
#include "reports/spec/claim.h"
#include "reports/spec/report_spec.h"
#include "reports/tables/text_table.h"

namespace suite {

// The power that plans for undecided claims ask for.
inline constexpr double kPlannedPower = 0.8;

struct LedgerEntry {
  Claim claim;
  std::string left_name;
  std::string right_name;
  ClaimEvidence evidence;
  ClaimDecision decision;
};

// Throws InputError for an arm, metric or series that the runs do not have, and for the baseline where a step series is
// compared (it was never trained).
std::vector<LedgerEntry> JudgeClaims(const ReportSpec& spec, const RunSet& set);

// "2 reproduced, 1 not reproduced, 3 undecided of 6 claims."
std::string LedgerSummary(const std::vector<LedgerEntry>& ledger);

// "reproduced", or "undecided: about 7 seeds would decide".
std::string VerdictText(const LedgerEntry& entry);
// "2. Rank-GRPO ranks better than GRPO."
std::string ClaimText(const Claim& claim);

// One row a claim, for readers.
TextTable LedgerTable(const ReportSpec& spec, const std::vector<LedgerEntry>& ledger);

// {"scale", "alpha", "claims": [{...}]}; null where there is nothing.
std::string LedgerJson(const ReportSpec& spec, const std::vector<LedgerEntry>& ledger);

}  // namespace suite
