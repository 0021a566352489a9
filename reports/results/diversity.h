// How many different items each arm recommends: to one conversation while it explores, and over the whole test split.
//
//   const TextTable table = DiversityTable(spec, set);      // no rows for records that do not count groups
//
// The question behind it (arXiv 2510.20150, limitations): does decoding held to the catalogue cost exploration?
#pragma once

#include <optional>

#include "harness/metrics/run_record.h"
#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"
#include "reports/tables/text_table.h"

namespace suite {

// A row an arm, means over its runs. In training: different items among all samples of one conversation, at the first
// and over the last tenth of the steps. At the test: different catalogue items over all answers of the last evaluation,
// and the share of all ranks that the ten most frequent of them take. Records without lists have these counted
// (RecommendedIn); "-" for those that have neither.
TextTable DiversityTable(const ReportSpec& spec, const RunSet& set);

inline constexpr char kRecommended[] = "recommended/";

// What the table needs of the run's lists, so that a record can do without them: counts "recommended/SPLIT" with one
// row, of different catalogue items, ranks that the ten most frequent take, and ranks that any takes, at the newest
// evaluation. Nothing when there are no lists or no catalogue item in them.
std::optional<CountTable> RecommendedIn(const RunRecord& run);

}  // namespace suite
