#include "reports/plots/draw_plot.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/testing/error_of.h"
#include "reports/plots/plot.h"

namespace suite {
namespace {

std::string Folder(const std::string& name) { return std::string(std::getenv("TEST_TMPDIR")) + "/" + name; }

bool HasGnuplot() { return std::system("gnuplot --version > /dev/null 2>&1") == 0; }

Plot SmallPlot() {
  Plot plot;
  plot.file_stem = "curve_ndcg_5";
  plot.title = "NDCG@5 <validation>";
  plot.x_label = "RL step";
  plot.y_label = "NDCG@5";
  plot.description = "Mean & band.";
  plot.lines = {{"SFT", {0, 40}, {0.21, 0.21}, {}, {}, true},
                {"GRPO's_own", {0, 20, 40}, {0.21, 0.22, 0.225}, {0.2, 0.21, 0.22}, {0.22, 0.23, 0.24}},
                {"Rank-GRPO (log)", {0, 20, 40}, {0.21, NAN, 0.26}, {}, {}}};
  return plot;
}

TEST(PlotTest, CsvHoldsEveryPoint) {
  EXPECT_EQ(
      ToPlotCsv(SmallPlot()),
      "line,x,y,low,high\n"
      "SFT,0,0.20999999999999999,,\nSFT,40,0.20999999999999999,,\n"
      "GRPO's_own,0,0.20999999999999999,0.20000000000000001,0.22\n"
      "GRPO's_own,20,0.22,0.20999999999999999,0.23000000000000001\n"
      "GRPO's_own,40,0.22500000000000001,0.22,0.23999999999999999\n"
      "Rank-GRPO (log),0,0.20999999999999999,,\nRank-GRPO (log),20,,,\nRank-GRPO (log),40,0.26000000000000001,,\n");
}

TEST(PlotTest, DrawsTheSameBytesTwice) {
  if (!HasGnuplot()) GTEST_SKIP() << "gnuplot is not installed";
  const std::string page = WritePlot(SmallPlot(), Folder("one"));
  EXPECT_TRUE(page == WritePlot(SmallPlot(), Folder("two")));
  const std::string svg = ReadFile(Folder("one") + "/curve_ndcg_5.svg");
  EXPECT_TRUE(svg == ReadFile(Folder("two") + "/curve_ndcg_5.svg"));
  EXPECT_EQ(ReadFile(Folder("one") + "/curve_ndcg_5.csv"), ToPlotCsv(SmallPlot()));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(Folder("one")), {}), 3) << "no scratch files stay";
}

TEST(PlotTest, ALineBreakInANameIsASpace) {
  if (!HasGnuplot()) GTEST_SKIP() << "gnuplot is not installed";
  Plot plot = SmallPlot();
  plot.title = "one\nset output '" + Folder("evil") + "'\r";
  plot.lines[1].name = "GRPO\nGSPO";
  EXPECT_NE(WritePlot(plot, Folder("breaks")).find("GRPO GSPO"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(Folder("evil")));
}

TEST(PlotTest, DrawsLinesBandAndNames) {
  if (!HasGnuplot()) GTEST_SKIP() << "gnuplot is not installed";
  const std::string page = WritePlot(SmallPlot(), Folder("page"));
  const std::string svg = ReadFile(Folder("page") + "/curve_ndcg_5.svg");
  for (const std::string& text : {page, svg}) {
    EXPECT_NE(text.find("<title>NDCG@5 &lt;validation&gt;</title>"), std::string::npos);
    EXPECT_NE(text.find("<desc>Mean &amp; band.</desc>"), std::string::npos);
    EXPECT_NE(text.find("GRPO's_own"), std::string::npos);
    EXPECT_NE(text.find("Rank-GRPO (log)"), std::string::npos);
    EXPECT_NE(text.find("rgb(  0, 114, 178)"), std::string::npos) << "first colour";
    EXPECT_NE(text.find("rgb(213,  94,   0)"), std::string::npos) << "second colour";
    EXPECT_NE(text.find("<polygon"), std::string::npos) << "band";
    EXPECT_EQ(text.find("GNUPLOT"), std::string::npos) << "no version";
    EXPECT_EQ(text.find("black"), std::string::npos);
  }
  EXPECT_NE(svg.find("fill=\"#ffffff\""), std::string::npos);
  EXPECT_EQ(page.find("<rect x=\"0\" y=\"0\""), std::string::npos) << "the page has its own ground";
  EXPECT_EQ(page.find("'#gp"), std::string::npos) << "every reference carries the stem";
  EXPECT_NE(page.find("'#curve_ndcg_5_gp"), std::string::npos);
}

// Two panels of two outlines over three bins.
Plot PanelPlot() {
  Plot plot;
  plot.kind = PlotKind::kPanels;
  plot.file_stem = "panels";
  plot.title = "Panels";
  plot.x_label = "Log ratio";
  plot.y_label = "Share";
  plot.categories = {"below 0", "[0, 1)", "1 and above"};
  plot.x_ticks = {{0.5, "0"}, {1.5, "1"}};
  for (const char* panel : {"A's arm", "B & C"}) {
    plot.lines.push_back({"first", {0, 1, 2}, {0.2, 0.6, 0.2}, {}, {}, false, {}, panel});
    plot.lines.push_back({"last", {0, 1, 2}, {0.4, 0.2, 0.4}, {}, {}, false, {}, panel});
  }
  return plot;
}

TEST(PlotTest, PanelsAreDrawnSideBySide) {
  EXPECT_EQ(PanelsOf(PanelPlot()), (std::vector<std::string>{"A's arm", "B & C"}));
  EXPECT_EQ(ToPlotCsv(PanelPlot()).substr(0, 67),
            "panel,line,x,y,low,high\nA's arm,first,below 0,0.20000000000000001,,");
  if (!HasGnuplot()) GTEST_SKIP() << "gnuplot is not installed";
  const std::string svg = WritePlot(PanelPlot(), Folder("panels"));
  EXPECT_TRUE(svg == WritePlot(PanelPlot(), Folder("panels_again")));
  for (const char* text : {"A's arm", "B &amp; C", "Log ratio", "first", "last"}) {
    EXPECT_NE(svg.find(text), std::string::npos) << text;
  }
  EXPECT_EQ(svg.find("gnuplot_plot_"), std::string::npos) << "ids would meet";
  EXPECT_EQ(svg.find("color=\"#FFFFFF\""), std::string::npos) << "a title that nobody sees";
  EXPECT_EQ(svg.find("black"), std::string::npos);
}

// The same model as the CSV file, in full precision; what is not there is null.
TEST(PlotTest, JsonLiesBesideThePicture) {
  if (!HasGnuplot()) GTEST_SKIP() << "gnuplot is not installed";
  WritePlot(SmallPlot(), Folder("json"));
  const auto json = nlohmann::json::parse(ReadFile(Folder("json") + "/curve_ndcg_5.json"));
  EXPECT_EQ(json["title"], "NDCG@5 <validation>");
  EXPECT_EQ(json["kind"], "lines");
  ASSERT_EQ(json["lines"].size(), 3u);
  EXPECT_EQ(json["lines"][1]["name"], "GRPO's_own");
  EXPECT_EQ(json["lines"][1]["y"][2].get<double>(), 0.225);
  EXPECT_EQ(json["lines"][1]["low"], (std::vector<double>{0.2, 0.21, 0.22}));
  EXPECT_TRUE(json["lines"][2]["y"][1].is_null());
  EXPECT_EQ(json["lines"][0]["is_reference"], true);
  EXPECT_FALSE(json["lines"][0].contains("panel"));
  const auto panels = PlotJson(PanelPlot(), Digits::kSix);
  EXPECT_EQ(panels["lines"][3]["panel"], "B & C");
  EXPECT_EQ(panels["x_ticks"][1][1], "1");
  EXPECT_EQ(JsonNumber(1.0 / 3, Digits::kSix).get<double>(), 0.333333);
}

TEST(PlotTest, OtherAxesAreColumnsOfTheCsv) {
  Plot plot = SmallPlot();
  plot.lines.resize(2);
  plot.lines[1].other_x = {{"Tokens", {0, 500, 1000}}};
  EXPECT_EQ(ToPlotCsv(plot).substr(0, 25), "line,x,y,low,high,Tokens\n");
  EXPECT_NE(ToPlotCsv(plot).find(",0.23000000000000001,500\n"), std::string::npos) << ToPlotCsv(plot);
}

TEST(PlotTest, DrawsBarsForestsAndPoints) {
  if (!HasGnuplot()) GTEST_SKIP() << "gnuplot is not installed";
  Plot plot;
  plot.title = "Kinds";
  plot.x_label = "Effect";
  plot.categories = {"A's arm", "B against <C>", "D"};
  plot.lines = {{"NDCG@5", {0, 1, 2}, {0.1, -0.2, 0.3}, {0.05, -0.25, 0.2}, {0.15, -0.1, 0.4}}};
  for (PlotKind kind : {PlotKind::kBars, PlotKind::kForest, PlotKind::kPoints, PlotKind::kLines}) {
    plot.kind = kind;
    plot.file_stem = "kind_" + std::to_string(static_cast<int>(kind));
    plot.log_x = false;
    const std::string svg = WritePlot(plot, Folder("kinds"));
    const bool has_categories = kind == PlotKind::kBars || kind == PlotKind::kForest;
    EXPECT_EQ(svg.find("B against &lt;C") != std::string::npos, has_categories) << svg;
    EXPECT_EQ(svg.find("black"), std::string::npos) << "the page chooses the colour of texts and rules";
  }
  EXPECT_NE(ToPlotCsv(plot).find("NDCG@5,A's arm,0.10000000000000001,"), std::string::npos);
}

TEST(PlotTest, LongLabelsGetTheirPlace) {
  if (!HasGnuplot()) GTEST_SKIP() << "gnuplot is not installed";
  Plot plot;
  plot.kind = PlotKind::kForest;
  plot.file_stem = "long";
  const std::string longest = "A (with a setting, and another setting, and one more)";
  plot.categories = {longest + " against " + longest, "A against B"};
  plot.lines = {{"NDCG@5", {0, 1}, {0.1, -0.2}, {0.05, -0.25}, {0.15, -0.1}}};
  const std::string forest = WritePlot(plot, Folder("long"));
  EXPECT_NE(forest.find("against " + longest + "<"), std::string::npos) << "the second line of a label: " << forest;
  EXPECT_NE(forest.find(">" + longest + "<"), std::string::npos) << forest;
  EXPECT_NE(forest.find("viewBox=\"0 0 " + std::to_string(380 + 8 * (longest.size() + 9))), std::string::npos)
      << forest;
  plot.kind = PlotKind::kBars;
  plot.categories = {"A", "B", "C", "D", longest};
  plot.lines = {{"NDCG@5", {0, 1, 2, 3, 4}, {.1, .2, .3, .4, .5}}};
  const std::string bars = WritePlot(plot, Folder("long"));
  EXPECT_EQ(bars.find("viewBox=\"0 0 640 "), std::string::npos) << "wider, for the last label";
}

TEST(PlotTest, MissingGnuplotIsNamed) {
  const std::string path = std::getenv("PATH");
  setenv("PATH", Folder("nothing_here").c_str(), 1);
  const std::string error = ErrorOf([] { WritePlot(SmallPlot(), Folder("missing")); });
  EXPECT_NE(error.find("apt-get install gnuplot-nox"), std::string::npos) << error;
  setenv("PATH", path.c_str(), 1);
  EXPECT_TRUE(std::filesystem::is_empty(Folder("missing"))) << "no scratch files stay";
}

TEST(PlotTest, StemsAreFileNames) { EXPECT_EQ(ToFileStem("clip_ratio/low@5"), "clip_ratio_low_5"); }

}  // namespace
}  // namespace suite
