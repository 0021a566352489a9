// The sentences of a report that depend on its runs.
#pragma once

#include <string>
#include <vector>

#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"

namespace suite {

// What a reader must know before trusting a number.
std::vector<std::string> Warnings(const ReportSpec& spec, const RunSet& set);

// "Scale of the evidence: miniature. 4 arms, 4 seeds an arm, 1,500 conversations in the test split."
std::string Subtitle(const ReportSpec& spec, const RunSet& set);

std::vector<std::string> HowToRead(const ReportSpec& spec, const RunSet& set, size_t tests);

// What the baseline is, and whether the runs share it; empty without one.
std::string StartText(const ReportSpec& spec, const RunSet& set);

}  // namespace suite
