#include "reports/results/ratio_levels.h"

#include <cmath>
#include <numeric>
#include <optional>

#include "base/text/format.h"
#include "reports/runs/arm_scores.h"
#include "reports/statistics/statistics.h"

namespace suite {
namespace {

// Units that were counted over the whole run at a level; 0 where none are recorded.
double UnitsOf(const RunRecord& run, const std::string& level) {
  for (const CountTable& table : run.counts) {
    if (table.name == "ratio_counts/" + level) return std::accumulate(table.counts.begin(), table.counts.end(), 0.0);
  }
  return 0;
}

std::optional<double> MeanOf(const RunRecord& run, const std::string& series) {
  const StepSeries* found = SeriesOf(run, series);
  if (!found || found->values.empty()) return std::nullopt;
  return Mean(found->values);
}

struct Spreads {
  std::vector<double> token, rank, sequence, tokens_an_item, factor;  // by run
};

void AddRun(const RunRecord& run, Spreads* spreads) {
  const auto token = MeanOf(run, "ratio/token/std"), rank = MeanOf(run, "ratio/rank/std"),
             sequence = MeanOf(run, "ratio/sequence/std");
  const double tokens = UnitsOf(run, "token"), items = UnitsOf(run, "rank");
  if (!token || !rank || !sequence || !(*token > 0) || !(items > 0)) return;
  spreads->token.push_back(*token);
  spreads->rank.push_back(*rank);
  spreads->sequence.push_back(*sequence);
  spreads->tokens_an_item.push_back(tokens / items);
  spreads->factor.push_back(std::pow(*rank / *token, 2));
}

TextCell Cell(const std::vector<double>& values, const char* format) {
  const double mean = Mean(values);
  return {Fixed(format, mean), false, "", {{"value", ExactNumber(mean)}}};
}

}  // namespace

TextTable RatioLevelTable(const RunSet& set) {
  TextTable table{{"Arm", "Tokens, standard deviation", "Items", "Lists", "Tokens an item", "Variance, items / tokens",
                   "If tokens were independent"}};
  for (const ArmRuns& arm : set.arms) {
    Spreads spreads;
    for (const ReportRun* run : arm.done) AddRun(run->record, &spreads);
    if (spreads.token.empty()) continue;
    std::vector<double> alone;
    for (const double tokens : spreads.tokens_an_item) alone.push_back(1 / tokens);
    table.rows.push_back({{arm.arm.name},
                          Cell(spreads.token, "%.4f"),
                          Cell(spreads.rank, "%.4f"),
                          Cell(spreads.sequence, "%.4f"),
                          Cell(spreads.tokens_an_item, "%.1f"),
                          Cell(spreads.factor, "%.2f"),
                          Cell(alone, "%.2f")});
  }
  return table;
}

}  // namespace suite
