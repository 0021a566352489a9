#include "reports/plots/report_plots.h"

#include <iterator>

namespace suite {
namespace {

constexpr char kRatioHeading[] = "Importance ratios";  // of harness/metrics/metrics.def

void AddGroup(const std::string& heading, std::vector<Plot> plots, std::vector<PlotGroup>* groups) {
  if (!plots.empty()) groups->push_back({heading, std::move(plots)});
}

std::vector<Plot> Together(std::vector<Plot> plots, std::vector<Plot> more) {
  std::move(more.begin(), more.end(), std::back_inserter(plots));
  return plots;
}

}  // namespace

std::vector<PlotGroup> AllPlots(const ReportSpec& spec, const RunSet& set, const ResultTable& results,
                                const std::vector<ComparedPair>& pairs) {
  std::vector<PlotGroup> groups;
  AddGroup("Effects", Together(ForestPlots(spec, pairs), BarPlots(spec, results)), &groups);
  AddGroup("Scaling and cost", Together(ScalingPlots(spec, set, results), CostPlots(spec, set, results)), &groups);
  AddGroup("Learning curves", CurvePlots(spec, set), &groups);
  for (const std::string& heading : SeriesHeadings()) {
    std::vector<Plot> plots = SeriesPlots(spec, set, SeriesUnder(heading));
    if (heading == kRatioHeading) plots = Together(Together(RatioHistograms(set), RatioPlots(set)), std::move(plots));
    AddGroup(heading, std::move(plots), &groups);
  }
  AddGroup("Reward by rank", RankPlots(spec, set), &groups);
  AddGroup("Distribution of the scores", ProfilePlots(spec, set), &groups);
  return groups;
}

}  // namespace suite
