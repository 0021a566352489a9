// The claims ledger of a report: each claim with what our runs say about it, beside what was published.
//
//   const std::vector<LedgerEntry> ledger = JudgeAll(spec, set).ledger;      // verdicts.h
//   ToMarkdown(LedgerTable(spec, ledger));
//   LedgerJson(spec, ledger);      // everything, in full precision
//
// A claim about a score or a curve of scores is paired by seed and by conversation; one about a step series by seed
// only.
#pragma once

#include <string>
#include <vector>

#include "reports/results/neighbours.h"
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
  std::vector<Neighbour> neighbours;
};

// The claims with their evidence, not yet judged.
std::vector<LedgerEntry> GatherClaims(const ReportSpec& spec, const RunSet& set);

// "2 reproduced, 1 not reproduced, 3 undecided of 6 claims."
std::string LedgerSummary(const std::vector<LedgerEntry>& ledger);

// "reproduced from this start", with "; not on Recall@10" where a neighbour does not bear it out; or "undecided: 7 to
// 30 seeds would decide".
std::string VerdictText(const LedgerEntry& entry);
// "2. Rank-GRPO ranks better than GRPO."
std::string ClaimText(const Claim& claim);

// One row a claim, for readers.
TextTable LedgerTable(const ReportSpec& spec, const std::vector<LedgerEntry>& ledger);

// {"scale", "alpha", "claims": [{...}]}; null where there is nothing.
std::string LedgerJson(const ReportSpec& spec, const std::vector<LedgerEntry>& ledger);

}  // namespace suite
