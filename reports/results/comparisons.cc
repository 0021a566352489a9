#include "reports/results/comparisons.h"

#include <algorithm>
#include <cmath>

#include "base/text/format.h"
#include "reports/results/contexts.h"
#include "reports/runs/paired_runs.h"
#include "reports/runs/settings.h"
#include "reports/runs/starts.h"
#include "reports/statistics/aggregate.h"
#include "reports/statistics/clustered_error.h"
#include "reports/statistics/power.h"
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

// Both sides' scores of one metric, a row a start where starts differ.
struct Sides {
  ScoreMatrix left_SC;
  ScoreMatrix right_SC;
};

Sides SidesOf(const ReportSpec& spec, const PairedRuns& runs, const PairedStarts& starts, const std::string& metric) {
  return {MeansByStart(ScoresOf(runs.left, spec.split, metric), starts.of_S),
          MeansByStart(ScoresOf(runs.right, spec.split, metric), starts.of_S)};
}

CrossedError ErrorOf(const Sides& sides, const std::vector<size_t>& contexts_C) {
  return CrossedErrorOf(Differences(sides.left_SC, sides.right_SC), contexts_C);
}

Estimate EstimateOf(const CrossedError& error, double confidence) {
  return {error.mean, CrossedInterval(error, confidence).value_or(WholeLine())};
}

std::optional<double> DzOf(const std::vector<double>& differences) {
  if (differences.size() < 2 || SampleStd(differences) == 0) return std::nullopt;
  return CohenDz(differences);
}

void AddEffectSizes(const ScoreMatrix& differences_SC, ComparedPair* pair) {
  pair->seeds_d = DzOf(RowMeans(differences_SC));
  pair->conversations_d = DzOf(MeanOverRows(differences_SC));
}

bool Records(const PairedRuns& runs, const std::string& split, const std::string& metric) {
  const auto has = [&](const ReportRun* run) {
    const std::vector<std::string>& names = FindScores(run->record, split).metric_names;
    return std::find(names.begin(), names.end(), metric) != names.end();
  };
  return std::all_of(runs.left.runs.begin(), runs.left.runs.end(), has) &&
         std::all_of(runs.right.runs.begin(), runs.right.runs.end(), has);
}

ComparedPair Compare(const ReportSpec& spec, const RunSet& set, const Comparison& comparison,
                     const std::vector<size_t>& contexts_C) {
  ComparedPair pair;
  pair.comparison = comparison;
  pair.left_name = NameOfSide(spec, set, comparison.left, comparison.right);
  pair.right_name = NameOfSide(spec, set, comparison.right, comparison.left);
  const MetricColumn& metric = FindColumn(spec, comparison.metric, "comparison");
  pair.metric_title = metric.title;
  pair.higher_is_better = metric.higher_is_better;
  const PairedRuns runs = PairRuns(spec, set, comparison);
  pair.seeds = static_cast<int>(runs.left.runs.size());
  if (runs.left.runs.empty()) return pair;
  const auto is_counted = [](const RunSide& side) { return !side.is_start && IsCounted(side.runs[0]->config); };
  pair.has_seeds = !is_counted(runs.left) || !is_counted(runs.right);
  const PairedStarts starts = StartsOf(runs, spec.split);
  pair.from = starts.from;
  const Sides scores = SidesOf(spec, runs, starts, metric.id);
  pair.error = ErrorOf(scores, contexts_C);
  pair.p = CrossedP(pair.error, 0);
  pair.difference = EstimateOf(pair.error, spec.confidence);
  if (pair.error.contexts > 1) {
    pair.clustered_error =
        ClusteredErrorOfMean(MeanOverRows(Differences(scores.left_SC, scores.right_SC)), contexts_C).standard_error;
  }
  if (!runs.left.is_start && !runs.right.is_start) {
    pair.probability_better = ProbabilityOfImprovement(MeansOf(scores.left_SC, metric.higher_is_better),
                                                       MeansOf(scores.right_SC, metric.higher_is_better));
  }
  if (!spec.confounder.empty()) {
    pair.confounder = EstimateOf(ErrorOf(SidesOf(spec, runs, starts, spec.confounder), contexts_C), spec.confidence);
  }
  AddEffectSizes(Differences(scores.left_SC, scores.right_SC), &pair);
  const std::string distinct = "distinct_" + metric.id;
  if (Records(runs, spec.split, distinct)) {
    pair.distinct = EstimateOf(ErrorOf(SidesOf(spec, runs, starts, distinct), contexts_C), spec.confidence);
  }
  pair.run_hashes = HashesOf(runs);
  return pair;
}

std::string ExactOrNothing(const std::optional<double>& value) { return value ? ExactNumber(*value) : ""; }

std::vector<TextCell> RowOf(const ComparedPair& pair) {
  const bool has = pair.seeds > 0;
  std::vector<TextCell> row(11);
  row[0].text = pair.left_name + " against " + pair.right_name;
  row[1].text = pair.metric_title;
  row[2] = {VerdictText(pair), pair.verdict != Verdict::kInconclusive};
  if (has) {
    row[3].text = FormatDifference(pair.difference.mean);
    row[3].data = {{"value", ExactNumber(pair.difference.mean)}, {"runs", Join(pair.run_hashes, " ")}};
    if (pair.clustered_error) row[3].data.emplace_back("clustered-error", ExactNumber(*pair.clustered_error));
    row[4].text = FormatSignedInterval(pair.difference.interval);
  }
  if (pair.step) row[5] = PValueCell(pair.step->adjusted_p);
  if (pair.probability_better) row[6].text = Fixed("%.2f", *pair.probability_better);
  row[7].text = pair.has_seeds ? std::to_string(pair.seeds) : "none";
  if (pair.seeds_d) row[8].text = Fixed("%.2f", *pair.seeds_d);
  if (pair.conversations_d) row[9].text = Fixed("%.2f", *pair.conversations_d);
  if (pair.distinct) {
    row[10] = {FormatDifference(pair.distinct->mean), false, FormatSignedInterval(pair.distinct->interval)};
  }
  return row;
}

}  // namespace

std::vector<ComparedPair> CompareAll(const ReportSpec& spec, const RunSet& set) {
  const std::vector<size_t> contexts_C = ContextsOf(spec, set, spec.split);
  std::vector<ComparedPair> pairs;
  for (const Comparison& comparison : spec.comparisons) pairs.push_back(Compare(spec, set, comparison, contexts_C));
  return pairs;
}

void Judge(const HolmStep& step, ComparedPair* pair) {
  pair->step = step;
  pair->difference = EstimateOf(pair->error, 1 - step.level);
  pair->verdict = Judge(pair->difference, pair->higher_is_better);
}

std::string VerdictText(const ComparedPair& pair) {
  if (pair.seeds == 0) return "no pair of runs";
  return ToWord(pair.verdict) + (pair.verdict == Verdict::kInconclusive ? "" : pair.from);
}

TextTable ComparisonTable(const ReportSpec& spec, const std::vector<ComparedPair>& pairs) {
  TextTable table;
  table.header = {"Left against right",
                  "Metric",
                  "Left is",
                  "Difference",
                  "Interval at the tested level",
                  "p\u00a0(Holm)",
                  "P(left\u00a0better)",
                  "Seeds",
                  "d over seeds",
                  "d over conversations",
                  "Difference without repeats"};
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
  size_t better = 0, worse = 0, inconclusive = 0, absent = 0;
  for (const ComparedPair& pair : pairs) {
    absent += pair.seeds == 0;
    better += pair.verdict == Verdict::kBetter;
    worse += pair.verdict == Verdict::kWorse;
    inconclusive += pair.seeds > 0 && pair.verdict == Verdict::kInconclusive;
  }
  std::string text = "Of " + Counted(pairs.size(), "comparison") + ", " + std::to_string(better) + " better, " +
                     std::to_string(worse) + " worse, " + std::to_string(inconclusive) + " inconclusive";
  if (absent) text += ", " + std::to_string(absent) + " without a pair of runs";
  return text + ".";
}

std::string ComparisonCsv(const std::vector<ComparedPair>& pairs) {
  TextTable table{{"left", "right", "metric", "verdict", "from", "difference", "low", "high", "level", "p", "p_holm",
                   "seed_error", "context_error", "contexts", "clustered_error", "probability_better", "units", "seeds",
                   "runs"}};
  for (const ComparedPair& pair : pairs) {
    const bool has = pair.seeds > 0;
    const auto exact = [has](double value) { return has ? ExactNumber(value) : ""; };
    table.rows.push_back({{pair.comparison.left},
                          {pair.comparison.right},
                          {pair.comparison.metric},
                          {has ? ToWord(pair.verdict) : "no pair of runs"},
                          {pair.from.empty() ? "" : pair.from.substr(1)},
                          {exact(pair.difference.mean)},
                          {exact(pair.difference.interval.low)},
                          {exact(pair.difference.interval.high)},
                          {pair.step ? ExactNumber(pair.step->level) : ""},
                          {ExactOrNothing(pair.p)},
                          {pair.step ? ExactNumber(pair.step->adjusted_p) : ""},
                          {exact(std::sqrt(pair.error.seed_variance))},
                          {exact(std::sqrt(pair.error.context_variance))},
                          {has ? std::to_string(pair.error.contexts) : ""},
                          {ExactOrNothing(pair.clustered_error)},
                          {ExactOrNothing(pair.probability_better)},
                          {has ? std::to_string(pair.error.seeds) : ""},
                          {std::to_string(pair.seeds)},
                          {Join(pair.run_hashes, " ")}});
  }
  return ToCsv(table);
}

}  // namespace suite
