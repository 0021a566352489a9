#include "reports/results/diversity.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/text/format.h"
#include "reports/runs/arm_scores.h"
#include "reports/statistics/statistics.h"

namespace suite {
namespace {

constexpr size_t kMostFrequent = 10;

struct Diversity {
  std::vector<double> first, last, items, top_share;  // by run
};

void AddGroups(const RunRecord& run, Diversity* diversity) {
  const StepSeries* series = SeriesOf(run, "distinct_items_in_group");
  if (!series || series->values.empty()) return;
  const auto tail = static_cast<std::ptrdiff_t>(std::max<size_t>(1, series->values.size() / 10));
  diversity->first.push_back(series->values.front());
  diversity->last.push_back(Mean({series->values.end() - tail, series->values.end()}));
}

// In the order of RecommendedIn: items, ranks of the most frequent, ranks of all.
void AddRecommended(const CountTable& recommended, Diversity* diversity) {
  diversity->items.push_back(recommended.counts[0]);
  diversity->top_share.push_back(recommended.counts[1] / recommended.counts[2]);
}

void AddItems(const RunRecord& run, const std::string& split, Diversity* diversity) {
  if (run.lists.split == split) {
    if (const auto recommended = RecommendedIn(run)) AddRecommended(*recommended, diversity);
    return;
  }
  for (const CountTable& table : run.counts) {
    if (table.name == kRecommended + split && table.counts.size() == 3) AddRecommended(table, diversity);
  }
}

TextCell Cell(const std::vector<double>& values, const char* format) {
  if (values.empty()) return {"-"};
  const double mean = Mean(values);
  return {Fixed(format, mean), false, "", {{"value", ExactNumber(mean)}}};
}

}  // namespace

TextTable DiversityTable(const ReportSpec& spec, const RunSet& set) {
  TextTable table{{"Arm", "Items a group, first step", "Items a group, last steps", "Items over the test split",
                   "Share of the ten most frequent"}};
  for (const ArmRuns& arm : set.arms) {
    Diversity diversity;
    for (const ReportRun* run : arm.done) {
      AddGroups(run->record, &diversity);
      AddItems(run->record, spec.split, &diversity);
    }
    if (diversity.first.empty() && !IsCounted(arm)) continue;
    table.rows.push_back({{arm.arm.name},
                          Cell(diversity.first, "%.1f"),
                          Cell(diversity.last, "%.1f"),
                          Cell(diversity.items, "%.0f"),
                          Cell(diversity.top_share, "%.3f")});
  }
  return table;
}

std::optional<CountTable> RecommendedIn(const RunRecord& run) {
  const EvaluatedLists& lists = run.lists;
  std::map<int64_t, double> times;
  double ranks = 0;
  for (const RankEntry& rank : lists.ranks) {
    if (rank.step != lists.ranks.back().step || !lists.items[static_cast<size_t>(rank.item)].in_catalog) continue;
    ++times[rank.item];
    ++ranks;
  }
  if (ranks == 0) return std::nullopt;
  std::vector<double> counts;
  for (const auto& [item, count] : times) counts.push_back(count);
  std::sort(counts.begin(), counts.end(), std::greater<>());
  double top = 0;
  for (size_t i = 0; i < std::min(kMostFrequent, counts.size()); ++i) top += counts[i];
  return CountTable{
      kRecommended + lists.split, 3, {lists.ranks.back().step}, {static_cast<double>(counts.size()), top, ranks}};
}

}  // namespace suite
