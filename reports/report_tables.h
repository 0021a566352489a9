// The tables of a report, made from a set of runs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/report_spec.h"
#include "reports/run_set.h"
#include "reports/statistics.h"
#include "reports/table.h"
#include "reports/text_table.h"

namespace suite {

// Baseline and arms against metrics, on the final evaluation of spec.split.
ResultTable MainTable(const ReportSpec& spec, const RunSet& set);

// One judged comparison.
struct ComparedPair {
  Comparison comparison;
  std::string left_name;
  std::string right_name;
  int seeds = 0;                       // pairs of runs; 0: nothing to compare
  Estimate difference;                 // left - right, with the paired bootstrap's interval
  std::optional<Interval> over_seeds;  // Student's, over the differences of the seeds' means; none for one seed
  Verdict verdict = Verdict::kInconclusive;
  std::optional<Estimate> confounder;  // the difference in spec.confounder, from the same runs
  std::vector<std::string> run_hashes;
};

std::vector<ComparedPair> CompareAll(const ReportSpec& spec, const RunSet& set);
TextTable ComparisonTable(const ReportSpec& spec, const std::vector<ComparedPair>& pairs);
// One line a comparison, full precision.
std::string ComparisonCsv(const std::vector<ComparedPair>& pairs);

// The config keys whose value is not the same in all arms.
TextTable SettingsTable(const ReportSpec& spec, const RunSet& set);

// Seconds a step by part, and the memory and time of whole runs: means over an arm's runs.
TextTable CostTable(const RunSet& set);

// One row a run: arm, seed, status, steps, commit and so on.
TextTable RunsTable(const RunSet& set);

// Provenance keys against values: one row for each key; a value that is not the same in all runs says so.
TextTable ProvenanceTable(const RunSet& set);

}  // namespace suite
