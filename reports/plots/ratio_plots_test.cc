#include "reports/plots/report_plots.h"

#include <gtest/gtest.h>

#include <numeric>

#include "harness/metrics/run_record.h"
#include "reports/runs/synthetic_runs.h"
#include "reports/spec/report_spec.h"

namespace suite {
namespace {

ReportSpec TwoArms() {
  ReportSpec spec;
  spec.arms = {{"grpo", "GRPO"}, {"rank_grpo_log", "Rank-GRPO (log)"}};
  return spec;
}

RunSet SetOf(std::vector<RunRecord> records) { return MakeRunSet(TwoArms(), {std::move(records), {}}); }

// Four bins between three edges; `rows` stretches of counts.
RunRecord WithCounts(const std::string& preset, int64_t seed, const std::vector<std::vector<double>>& rows) {
  RunRecord run = MakeRun({preset, seed, 0, 20, 4, 4});
  for (auto& [key, value] : run.provenance) value = key == "ratio_edges" ? "-0.1 0 0.1" : value;
  for (CountTable& table : run.counts) {
    if (table.name != "ratio_counts/rank") continue;
    table = {table.name, 4, {}, {}};
    for (const auto& row : rows) {
      table.steps.push_back(static_cast<int64_t>(table.steps.size()) + 1);
      table.counts.insert(table.counts.end(), row.begin(), row.end());
    }
  }
  return run;
}

// Two seeds: in the first stretch 1 + 0 and 3 + 4 of 8 units; in the last all in the last bin.
TEST(RatioHistogramsTest, AddsUpSeedsByHand) {
  const std::vector<std::vector<double>> one = {{0, 1, 3, 0}, {4, 0, 0, 0}, {0, 0, 0, 4}};
  const std::vector<std::vector<double>> two = {{0, 0, 4, 0}, {0, 4, 0, 0}, {0, 0, 0, 4}};
  const RunSet set = SetOf({WithCounts("grpo", 1, one), WithCounts("grpo", 2, two)});
  const std::vector<Plot> plots = RatioHistograms(set);
  ASSERT_EQ(plots.size(), 1u) << "tokens and sequences have 27 counts, which do not fit these edges";
  const Plot& plot = plots[0];
  EXPECT_EQ(plot.file_stem, "ratio_histograms_rank");
  EXPECT_EQ(plot.categories, (std::vector<std::string>{"below -0.1", "[-0.1, 0)", "[0, 0.1)", "0.1 and above"}));
  ASSERT_EQ(plot.lines.size(), 3u);
  EXPECT_EQ(plot.lines[0].name, "first");
  EXPECT_EQ(plot.lines[0].panel, "GRPO");
  EXPECT_EQ(plot.lines[0].x, (std::vector<double>{0, 1, 2, 3}));
  EXPECT_EQ(plot.lines[0].y, (std::vector<double>{0, 1.0 / 8, 7.0 / 8, 0}));
  EXPECT_EQ(plot.lines[1].y, (std::vector<double>{0.5, 0.5, 0, 0}));
  EXPECT_EQ(plot.lines[2].y, (std::vector<double>{0, 0, 0, 1}));
}

TEST(RatioHistogramsTest, TheFirstTheMiddleAndTheLastStretchAreShown) {
  std::vector<std::vector<double>> rows(9, {0, 0, 1, 0});
  rows[0] = {1, 0, 0, 0};
  rows[4] = {0, 1, 0, 0};
  rows[8] = {0, 0, 0, 1};
  const std::vector<Plot> plots = RatioHistograms(SetOf({WithCounts("grpo", 1, rows)}));
  ASSERT_EQ(plots.size(), 1u);
  EXPECT_EQ(plots[0].lines[0].y, (std::vector<double>{1, 0, 0, 0}));
  EXPECT_EQ(plots[0].lines[1].y, (std::vector<double>{0, 1, 0, 0}));
  EXPECT_EQ(plots[0].lines[2].y, (std::vector<double>{0, 0, 0, 1}));
}

TEST(RatioHistogramsTest, OneStretchIsOneLine) {
  const std::vector<Plot> plots = RatioHistograms(SetOf({WithCounts("grpo", 1, {{0, 0, 2, 0}})}));
  ASSERT_EQ(plots.size(), 1u);
  EXPECT_EQ(plots[0].lines.size(), 1u);
}

TEST(RatioHistogramsTest, EveryUnitHasAPanelForEachArmAndSharesSumToOne) {
  const RunSet set = SetOf({MakeRun({"grpo", 1, 0}), MakeRun({"rank_grpo_log", 1, 0})});
  const std::vector<Plot> plots = RatioHistograms(set);
  ASSERT_EQ(plots.size(), 3u);
  for (const Plot& plot : plots) {
    EXPECT_EQ(plot.lines.size(), 6u);
    EXPECT_EQ(PanelsOf(plot), (std::vector<std::string>{"GRPO", "Rank-GRPO (log)"}));
    for (const PlotLine& line : plot.lines) {
      EXPECT_NEAR(std::accumulate(line.y.begin(), line.y.end(), 0.0), 1, 1e-12) << plot.file_stem << " " << line.name;
    }
  }
  const auto& ticks = plots[0].x_ticks;
  ASSERT_EQ(ticks.size(), 5u);
  EXPECT_EQ(ticks[2], std::pair(13.0, std::string("0")));
  EXPECT_EQ(ticks[3], std::pair(18.5, std::string("0.01"))) << "the edge between bins 18 and 19";
}

// Stores from before ratios were counted give no figure, and neither do runs whose edges differ.
TEST(RatioHistogramsTest, OldStoresAndOtherEdgesAreLeftOut) {
  RunRecord old = MakeRun({"grpo", 1, 0});
  old.counts.clear();
  EXPECT_TRUE(RatioHistograms(SetOf({old})).empty());
  RunRecord other = WithCounts("rank_grpo_log", 1, {{0, 0, 1, 0}});
  const std::vector<Plot> plots = RatioHistograms(SetOf({MakeRun({"grpo", 1, 0, 20, 4, 4}), other}));
  ASSERT_EQ(plots.size(), 3u);
  EXPECT_EQ(PanelsOf(plots[1]), (std::vector<std::string>{"GRPO"}));
}

}  // namespace
}  // namespace suite
