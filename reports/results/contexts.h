// Which conversations of a split share a context (clustered_error.h).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"

namespace suite {

// The number of each conversation's context, from 0 without gaps; empty without a finished run.
std::vector<size_t> ContextsOf(const ReportSpec& spec, const RunSet& set, const std::string& split);

}  // namespace suite
