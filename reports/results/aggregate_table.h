// What an arm's runs say on all ranking metrics together, by rliable's definitions (statistics/aggregate.h): runs are
// the seeds, tasks the metrics Recall@k and NDCG@k of the report.
#pragma once

#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"
#include "reports/tables/text_table.h"

namespace suite {

// One row an arm: mean, interquartile mean with an interval over resampled runs, optimality gap to 1, and the
// probability that a run beats one of the first arm. No rows where there is no ranking metric.
TextTable AggregateTable(const ReportSpec& spec, const RunSet& set);

}  // namespace suite
