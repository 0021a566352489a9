// The comparisons of a report: each difference with its interval, its test and the runs behind it.
//
//   const Verdicts verdicts = JudgeAll(spec, set);                  // verdicts.h
//   ToMarkdown(ComparisonTable(spec, verdicts.pairs));
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"
#include "reports/statistics/crossed_error.h"
#include "reports/statistics/multiple_testing.h"
#include "reports/statistics/statistics.h"
#include "reports/tables/text_table.h"

namespace suite {

struct ComparedPair {
  Comparison comparison;
  std::string left_name;
  std::string right_name;
  std::string metric_title;
  bool higher_is_better = true;
  int seeds = 0;                          // pairs of runs; 0: nothing to compare
  bool has_seeds = true;                  // false where both sides are counted
  CrossedError error;                     // of left - right, pair by pair
  std::optional<double> clustered_error;  // standard error of the difference over contexts; none with one context
  std::optional<double> p;                // two-sided, of no difference; none for one seed with one context
  // That a run of the left arm has a better mean than one of the right arm (aggregate.h); none against the baseline.
  std::optional<double> probability_better;
  std::optional<Estimate> confounder;  // the difference in spec.confounder, from the same runs, at spec.confidence
  // The same of the list without its repeats (metric "distinct_..."), where the runs record it; likewise.
  std::optional<Estimate> distinct;
  // The difference in units of its spread over the seeds, and over the conversations (Cohen's d_z): the first grows
  // with all that is equal in the runs, the second is what one more conversation shows. None without a spread.
  std::optional<double> seeds_d, conversations_d;
  std::string from;  // " from this start": what the verdict ends with (starts.h)
  std::vector<std::string> run_hashes;
  // Of Judge, over all tests of the report.
  Estimate difference;  // left - right, with the interval at the level at which Holm's procedure held it
  std::optional<HolmStep> step;
  Verdict verdict = Verdict::kInconclusive;
};

// What the runs say, not yet judged.
std::vector<ComparedPair> CompareAll(const ReportSpec& spec, const RunSet& set);

// `step`: what Holm's procedure over all tests of the report says of pair->p.
void Judge(const HolmStep& step, ComparedPair* pair);

// "better from this start", "inconclusive", "no pair of runs".
std::string VerdictText(const ComparedPair& pair);

TextTable ComparisonTable(const ReportSpec& spec, const std::vector<ComparedPair>& pairs);

// "Of 8 comparisons, 3 better, 0 worse, 5 inconclusive."
std::string VerdictSummary(const std::vector<ComparedPair>& pairs);

// One line a comparison, full precision.
std::string ComparisonCsv(const std::vector<ComparedPair>& pairs);

}  // namespace suite
