// The comparisons of a report: each difference with its intervals, tests and the runs behind it.
//
//   std::vector<ComparedPair> pairs = CompareAll(spec, set);
//   ToMarkdown(ComparisonTable(spec, pairs));
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"
#include "reports/statistics/statistics.h"
#include "reports/tables/text_table.h"

namespace suite {

// One judged comparison.
struct ComparedPair {
  Comparison comparison;
  std::string left_name;
  std::string right_name;
  std::string metric_title;
  int seeds = 0;                          // pairs of runs; 0: nothing to compare
  Estimate difference;                    // left - right, with the paired bootstrap's interval
  std::optional<Interval> over_seeds;     // Student's, over the differences of the seeds' means; none for one seed
  std::optional<double> clustered_error;  // standard error of the difference over contexts; none with one context
  Verdict verdict = Verdict::kInconclusive;
  std::optional<double> p;           // paired t over the seeds' differences; none for one seed
  std::optional<double> adjusted_p;  // Holm's, over all comparisons of the report that have a p
  bool holds_after_holm = false;     // better or worse, and adjusted_p below the level
  // That a run of the left arm has a better mean than one of the right arm (aggregate.h); none against the baseline.
  std::optional<double> probability_better;
  std::optional<Estimate> confounder;  // the difference in spec.confounder, from the same runs
  std::vector<std::string> run_hashes;
};

std::vector<ComparedPair> CompareAll(const ReportSpec& spec, const RunSet& set);
TextTable ComparisonTable(const ReportSpec& spec, const std::vector<ComparedPair>& pairs);

// "Of 8 comparisons, 3 better (2 also after Holm's correction), 0 worse, 5 inconclusive."
std::string VerdictSummary(const std::vector<ComparedPair>& pairs);

// One line a comparison, full precision.
std::string ComparisonCsv(const std::vector<ComparedPair>& pairs);

}  // namespace suite
