#include "reports/results/comparisons.h"

#include "base/text/format.h"
#include "reports/results/bootstrap.h"
#include "reports/runs/arm_scores.h"
#include "reports/statistics/aggregate.h"
#include "reports/statistics/multiple_testing.h"
#include "reports/statistics/paired_tests.h"
#include "reports/tables/table.h"
#include "reports/tables/text_table.h"

namespace suite {
namespace {

// One row a run: its mean, turned so that more is better.
ScoreMatrix MeansOf(const ScoreMatrix& scores_SC, bool higher_is_better) {
  ScoreMatrix means_S1;
  for (const std::vector<double>& scores_C : scores_SC) {
    means_S1.push_back({higher_is_better ? Mean(scores_C) : -Mean(scores_C)});
  }
  return means_S1;
}

ComparedPair Compare(const ReportSpec& spec, const RunSet& set, const Comparison& comparison,
                     const ReportBootstrap& bootstrap) {
  ComparedPair pair;
  pair.comparison = comparison;
  pair.left_name = NameOfArm(spec, comparison.left);
  pair.right_name = NameOfArm(spec, comparison.right);
  const MetricColumn& metric = FindColumn(spec, comparison.metric, "comparison");
  pair.metric_title = metric.title;
  const PairedRuns runs = PairRuns(spec, set, comparison);
  pair.seeds = static_cast<int>(runs.left.runs.size());
  if (runs.left.runs.empty()) return pair;
  const auto scores_of = [&](const std::string& id) {
    return PairedScores{ScoresOf(runs.left, spec.split, id), ScoresOf(runs.right, spec.split, id)};
  };
  const PairedScores scores = scores_of(metric.id);
  pair.difference = bootstrap.OfDifference(scores);
  const std::vector<double> differences = SeedDifferences(scores);
  pair.over_seeds = StudentInterval(differences, spec.confidence);
  if (bootstrap.contexts() > 1) pair.clustered_error = bootstrap.ErrorOfDifference(scores).standard_error;
  pair.verdict = JudgeBoth(pair.difference, pair.over_seeds, metric.higher_is_better);
  if (differences.size() > 1) pair.p = PairedT(differences).p;
  if (!runs.left.is_start && !runs.right.is_start) {
    pair.probability_better = ProbabilityOfImprovement(MeansOf(scores.left_SC, metric.higher_is_better),
                                                       MeansOf(scores.right_SC, metric.higher_is_better));
  }
  if (!spec.confounder.empty()) pair.confounder = bootstrap.OfDifference(scores_of(spec.confounder));
  pair.run_hashes = HashesOf(runs);
  return pair;
}

void AdjustByHolm(double alpha, std::vector<ComparedPair>* pairs) {
  std::vector<double> p_values;
  for (const ComparedPair& pair : *pairs) {
    if (pair.p) p_values.push_back(*pair.p);
  }
  const std::vector<double> adjusted = Holm(p_values);
  size_t next = 0;
  for (ComparedPair& pair : *pairs) {
    if (!pair.p) continue;
    pair.adjusted_p = adjusted[next++];
    pair.holds_after_holm = pair.verdict != Verdict::kInconclusive && *pair.adjusted_p < alpha;
  }
}

std::string ExactOrNothing(const std::optional<double>& value) { return value ? ExactNumber(*value) : ""; }

std::vector<TextCell> RowOf(const ComparedPair& pair) {
  const bool has = pair.seeds > 0;
  std::vector<TextCell> row(9);
  row[0].text = pair.left_name + " against " + pair.right_name;
  row[1].text = pair.metric_title;
  row[2] = {has ? ToWord(pair.verdict) : "no pair of runs", pair.holds_after_holm};
  if (has) {
    row[3].text = FormatDifference(pair.difference.mean);
    row[3].data = {{"value", ExactNumber(pair.difference.mean)}, {"runs", Join(pair.run_hashes, " ")}};
    if (pair.clustered_error) row[3].data.emplace_back("clustered-error", ExactNumber(*pair.clustered_error));
    row[4].text = FormatSignedInterval(pair.difference.interval);
  }
  if (pair.over_seeds) row[5].text = FormatSignedInterval(*pair.over_seeds);
  if (pair.adjusted_p) row[6] = PValueCell(*pair.adjusted_p);
  if (pair.probability_better) row[7].text = Fixed("%.2f", *pair.probability_better);
  row[8].text = std::to_string(pair.seeds);
  return row;
}

}  // namespace

std::vector<ComparedPair> CompareAll(const ReportSpec& spec, const RunSet& set) {
  const ReportBootstrap bootstrap(spec, set);
  std::vector<ComparedPair> pairs;
  for (const Comparison& comparison : spec.comparisons) pairs.push_back(Compare(spec, set, comparison, bootstrap));
  AdjustByHolm(1 - spec.confidence, &pairs);
  return pairs;
}

TextTable ComparisonTable(const ReportSpec& spec, const std::vector<ComparedPair>& pairs) {
  TextTable table;
  const std::string percent = Fixed("%.0f", 100 * spec.confidence) + "\u00a0%";
  table.header = {"Left against right",
                  "Metric",
                  "Left is",
                  "Difference",
                  "Bootstrap, " + percent,
                  "Seeds, " + percent,
                  "p\u00a0(Holm)",
                  "P(left\u00a0better)",
                  "Seeds"};
  if (!spec.confounder.empty())
    table.header.push_back("\u0394\u00a0" + FindColumn(spec, spec.confounder, "comparison").title);
  for (const ComparedPair& pair : pairs) {
    std::vector<TextCell> row = RowOf(pair);
    if (!spec.confounder.empty()) {
      row.emplace_back();
      if (pair.confounder) {
        row.back() = {FormatDifference(pair.confounder->mean), false, FormatSignedInterval(pair.confounder->interval)};
      }
    }
    table.rows.push_back(row);
  }
  return table;
}

std::string VerdictSummary(const std::vector<ComparedPair>& pairs) {
  size_t better = 0, worse = 0, inconclusive = 0, absent = 0, better_after = 0, worse_after = 0;
  for (const ComparedPair& pair : pairs) {
    if (pair.seeds == 0) {
      ++absent;
    } else if (pair.verdict == Verdict::kBetter) {
      ++better;
      better_after += pair.holds_after_holm;
    } else if (pair.verdict == Verdict::kWorse) {
      ++worse;
      worse_after += pair.holds_after_holm;
    } else {
      ++inconclusive;
    }
  }
  const auto also = [](size_t all, size_t after) {
    return all ? " (" + std::to_string(after) + " also after Holm's correction)" : std::string();
  };
  std::string text = "Of " + Counted(pairs.size(), "comparison") + ", " + std::to_string(better) + " better" +
                     also(better, better_after) + ", " + std::to_string(worse) + " worse" + also(worse, worse_after) +
                     ", " + std::to_string(inconclusive) + " inconclusive";
  if (absent) text += ", " + std::to_string(absent) + " without a pair of runs";
  return text + ".";
}

std::string ComparisonCsv(const std::vector<ComparedPair>& pairs) {
  TextTable table{{"left", "right", "metric", "verdict", "difference", "low", "high", "seeds_low", "seeds_high", "p",
                   "p_holm", "clustered_error", "probability_better", "seeds", "runs"}};
  for (const ComparedPair& pair : pairs) {
    const bool has = pair.seeds > 0;
    table.rows.push_back({{pair.comparison.left},
                          {pair.comparison.right},
                          {pair.comparison.metric},
                          {has ? ToWord(pair.verdict) : "no pair of runs"},
                          {has ? ExactNumber(pair.difference.mean) : ""},
                          {has ? ExactNumber(pair.difference.interval.low) : ""},
                          {has ? ExactNumber(pair.difference.interval.high) : ""},
                          {pair.over_seeds ? ExactNumber(pair.over_seeds->low) : ""},
                          {pair.over_seeds ? ExactNumber(pair.over_seeds->high) : ""},
                          {ExactOrNothing(pair.p)},
                          {ExactOrNothing(pair.adjusted_p)},
                          {ExactOrNothing(pair.clustered_error)},
                          {ExactOrNothing(pair.probability_better)},
                          {std::to_string(pair.seeds)},
                          {Join(pair.run_hashes, " ")}});
  }
  return ToCsv(table);
}

}  // namespace suite
