// What the report of an experiment shows, from its [report] table.
#pragma once

#include "harness/config/experiment.h"
#include "reports/spec/report_spec.h"

namespace suite {

// "sft" in a comparison is the policy that all runs start from; display names of arms come from [report.arms].
ReportSpec ReportOf(const Experiment& experiment);

}  // namespace suite
