// All ranking metrics of a report together, one row an arm.
#pragma once

#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"
#include "reports/tables/text_table.h"

namespace suite {

// Over all ranking metrics (Recall@k and NDCG@k) by rliable's definitions (statistics/aggregate.h; runs are the seeds,
// tasks the metrics): mean, interquartile mean with a bootstrap interval over runs and contexts, optimality gap to 1,
// and the probability that a run beats one of the first arm.
//
// Metrics have different scales, so each is normalised by two reference scores, as rliable does: 0 is the baseline
// (without one, the lowest arm), 1 the best arm's mean. A metric on which no arm is better than the baseline has no
// such scale and is left out, and the caption says so. No rows where no metric is left.
TextTable AggregateTable(const ReportSpec& spec, const RunSet& set);

}  // namespace suite
