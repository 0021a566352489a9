#include "reports/plots/report_plots.h"

#include <algorithm>

namespace suite {
namespace {

constexpr char kRatioHeading[] = "Importance ratios";

struct SeriesGroup {
  const char* heading;
  std::vector<SeriesPlot> series;
};

// What a run of the suite records (harness/rl/trainer.cc, algorithms/diagnostics.cc).
const std::vector<SeriesGroup>& SuiteGroups() {
  static const std::vector<SeriesGroup> kGroups = {
      {"Optimisation",
       {{"kl", "KL to the reference policy", "Nats a token"},
        {"entropy", "Entropy of the policy", "Nats a token"},
        {"clip_ratio/region_mean", "Share of tokens that the clip stops", "Share"},
        {"grad_norm", "Norm of the gradient before clipping", "Norm"}}},
      {"Catalogue",
       {{"in_catalog_ratio", "In-catalogue ratio of the training samples", "Share of ranks"},
        {"out_of_catalog/unknown_title", "Ranks with an unknown title", "Share of ranks"},
        {"out_of_catalog/wrong_year", "Ranks with a known title and a wrong year", "Share of ranks"},
        {"out_of_catalog/other_spelling", "Ranks with a title in another spelling", "Share of ranks"},
        {"duplicate_share", "Ranks that repeat an earlier item", "Share of ranks"},
        {"unparsed", "Ranks that are no \"Title (Year)\"", "Share of ranks"}}},
      {kRatioHeading,
       {{"ratio/token/std", "Spread of the token ratios", "Standard deviation"},
        {"ratio/rank/std", "Spread of the rank ratios", "Standard deviation"},
        {"ratio/sequence/std", "Spread of the sequence ratios", "Standard deviation"},
        {"ess/token", "Effective sample size of the token ratios w", "(\u03a3w)\u00b2 / (n \u03a3w\u00b2)"},
        {"ess/rank", "Effective sample size of the rank ratios w", "(\u03a3w)\u00b2 / (n \u03a3w\u00b2)"},
        {"ess/sequence", "Effective sample size of the sequence ratios w", "(\u03a3w)\u00b2 / (n \u03a3w\u00b2)"}}},
  };
  return kGroups;
}

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
  AddGroup("Training", SeriesPlots(spec, set, spec.series_plots, false), &groups);
  for (const SeriesGroup& group : SuiteGroups()) {
    std::vector<SeriesPlot> more;
    for (const SeriesPlot& one : group.series) {
      const bool is_shown = std::any_of(spec.series_plots.begin(), spec.series_plots.end(),
                                        [&](const SeriesPlot& shown) { return shown.series == one.series; });
      if (!is_shown) more.push_back(one);
    }
    std::vector<Plot> plots = SeriesPlots(spec, set, more, true);
    if (group.heading == std::string(kRatioHeading))
      plots = Together(Together(RatioHistograms(set), RatioPlots(set)), std::move(plots));
    AddGroup(group.heading, std::move(plots), &groups);
  }
  AddGroup("Reward by rank", RankPlots(spec, set), &groups);
  AddGroup("Distribution of the scores", ProfilePlots(spec, set), &groups);
  return groups;
}

}  // namespace suite
