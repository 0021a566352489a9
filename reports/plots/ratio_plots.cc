#include "reports/plots/report_plots.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <sstream>

#include "harness/metrics/run_record.h"
#include "reports/plots/curves.h"

namespace suite {
namespace {

constexpr size_t kMostPanels = 6;
constexpr std::array<const char*, 3> kUnits = {"token", "rank", "sequence"};

// A stretch between two evaluations.
struct Interval {
  std::string name;
  size_t row;
};

// Fewer where they would be the same.
std::vector<Interval> IntervalsOf(size_t rows) {
  std::vector<Interval> intervals = {{"first", 0}};
  if (rows > 2) intervals.push_back({"middle", rows / 2});
  if (rows > 1) intervals.push_back({"last", rows - 1});
  return intervals;
}

const CountTable* FindCounts(const ReportRun& run, const std::string& name) {
  for (const CountTable& table : run.record.counts) {
    if (table.name == name) return &table;
  }
  return nullptr;
}

std::string EdgesTextOf(const ReportRun& run) { return FindText(run.record.provenance, "ratio_edges"); }

std::vector<std::string> Words(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

// All runs of the arm, counted between these edges and evaluated at the same steps.
bool HasCounts(const ArmRuns& arm, const std::string& name, const std::string& edges) {
  if (arm.done.empty()) return false;
  const auto width = static_cast<int64_t>(Words(edges).size()) + 1;
  const CountTable* first = FindCounts(*arm.done[0], name);
  return first && !first->steps.empty() && std::all_of(arm.done.begin(), arm.done.end(), [&](const ReportRun* run) {
           const CountTable* table = FindCounts(*run, name);
           return table && table->width == width && table->steps == first->steps && EdgesTextOf(*run) == edges;
         });
}

// The share of each bin in a row of the counts, over all runs; empty where nothing was counted.
std::vector<double> Shares(const ArmRuns& arm, const std::string& name, size_t row) {
  std::vector<double> shares;
  double total = 0;
  for (const ReportRun* run : arm.done) {
    const CountTable* table = FindCounts(*run, name);
    const auto width = static_cast<size_t>(table->width);
    shares.resize(width, 0.0);
    for (size_t bin = 0; bin < width; ++bin) {
      shares[bin] += table->counts[row * width + bin];
      total += table->counts[row * width + bin];
    }
  }
  if (total == 0) return {};
  for (double& share : shares) share /= total;
  return shares;
}

void AddPanel(const ArmRuns& arm, const std::string& name, Plot* plot) {
  for (const Interval& interval : IntervalsOf(FindCounts(*arm.done[0], name)->steps.size())) {
    PlotLine line;
    line.name = interval.name;
    line.panel = arm.arm.name;
    line.y = Shares(arm, name, interval.row);
    for (size_t bin = 0; bin < line.y.size(); ++bin) line.x.push_back(static_cast<double>(bin));
    if (!line.y.empty()) plot->lines.push_back(line);
  }
}

// "below -2", "[-2, -1)", ..., "2 and above"; ticks where their texts have room, and in the middle, where the ratio
// is 1.
void NameBins(const std::vector<std::string>& edges, Plot* plot) {
  plot->categories.push_back("below " + edges.front());
  for (size_t i = 0; i + 1 < edges.size(); ++i) plot->categories.push_back("[" + edges[i] + ", " + edges[i + 1] + ")");
  plot->categories.push_back(edges.back() + " and above");
  for (size_t i = 0; i < edges.size(); ++i) {
    const double size = std::abs(std::atof(edges[i].c_str()));
    if (size == 1 || size == 0.01) plot->x_ticks.emplace_back(static_cast<double>(i) + 0.5, edges[i]);
    const bool is_middle = i + 1 == edges.size() / 2;
    if (is_middle) plot->x_ticks.emplace_back(static_cast<double>(i) + 1, "0");
  }
}

Plot HistogramsOf(const RunSet& set, const std::string& unit, const std::string& edges) {
  const std::string series = "ratio_counts/" + unit;
  Plot plot{"ratio_histograms_" + unit, "Histograms of the importance ratios of " + unit + "s",
            "Log ratio (bins of 1, 2 and 5)", "Share of " + unit + "s"};
  plot.kind = PlotKind::kPanels;
  NameBins(Words(edges), &plot);
  size_t panels = 0;
  size_t arms = 0;
  for (const ArmRuns& arm : set.arms) {
    if (!HasCounts(arm, series, edges)) continue;
    if (++arms > kMostPanels) continue;
    AddPanel(arm, series, &plot);
    panels = PanelsOf(plot).size();
  }
  plot.description = plot.title +
                     " in the last update of each step: all steps up to the first evaluation, a stretch between two in "
                     "the middle, and the last one, over all seeds. The outermost bins hold what lies beyond. One "
                     "update a rollout leaves every ratio at 1 (log ratio 0).";
  if (arms > panels) plot.description += " Shown: the first " + std::to_string(panels) + " arms.";
  return plot;
}

}  // namespace

std::vector<Plot> RatioHistograms(const RunSet& set) {
  std::string edges;
  for (const ReportRun* run : AllDone(set)) {
    if (edges.empty()) edges = EdgesTextOf(*run);
  }
  if (Words(edges).size() < 2) return {};
  std::vector<Plot> plots;
  for (const char* const unit : kUnits) {
    Plot plot = HistogramsOf(set, unit, edges);
    if (!plot.lines.empty()) plots.push_back(std::move(plot));
  }
  return plots;
}

std::vector<Plot> RatioPlots(const RunSet& set) {
  std::vector<Plot> plots;
  const size_t size = BlockSize(set);
  for (const char* const unit : kUnits) {
    Plot plot{std::string("ratios_") + unit, std::string("Importance ratios of ") + unit + "s", "RL step", "Ratio"};
    plot.whole_bands = true;
    plot.description = plot.title + ": median; band from the 5th to the 95th hundredth. Means over blocks of " +
                       std::to_string(size) + " steps and over seeds.";
    const std::string prefix = std::string("ratio/") + unit + "/";
    for (const ArmRuns& arm : set.arms) {
      if (arm.done.empty() || arm.done[0]->record.steps.empty()) continue;
      const auto has = [&](const char* name) { return AllHave(arm.done, prefix + name); };
      if (!has("p05") || !has("p50") || !has("p95")) continue;
      const auto line = [&](const char* name) {
        return LineWithRange(arm.arm.name, BlockCurves(arm.done, prefix + name, size));
      };
      plot.lines.push_back(line("p50"));
      plot.lines.back().low = line("p05").y;
      plot.lines.back().high = line("p95").y;
    }
    if (!plot.lines.empty()) plots.push_back(plot);
  }
  return plots;
}

}  // namespace suite
