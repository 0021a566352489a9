// What a plot shows, whoever draws it (gnuplot for files, draw_plot.h; plotly.js on the page), and its numbers as data.
//
//   Plot plot{"curve_ndcg_5", "NDCG@5, validation", "RL step", "NDCG@5"};
//   plot.lines = {{"GRPO", {0, 20, 40}, {.21, .22, .22}}};
//   std::string svg = WritePlot(plot, "results/plots");     // writes curve_ndcg_5.svg, .csv and .json
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

namespace suite {

struct PlotLine {
  std::string name;
  std::vector<double> x = {};
  std::vector<double> y = {};
  // The band: as long as x, or both empty for none. Drawn as far as it stays near the lines (unless whole_bands); the
  // .csv file has all of it.
  std::vector<double> low = {};
  std::vector<double> high = {};
  // Drawn in the text's colour, dashed and without markers: the thing that others are measured against.
  bool is_reference = false;
  // The same points on other axes, for the page: {"Tokens", {...}}.
  std::vector<std::pair<std::string, std::vector<double>>> other_x = {};
  // Of kPanels: the panel it belongs to.
  std::string panel = {};
};

// kLines: y over x, with bands. kPoints: one marker a line, with its interval. kBars: one line, a bar for each
// category. kForest: one line, an effect with its interval for each category, from top to bottom, beside a rule at
// zero. kPanels: small multiples on the same axes, one for each panel that lines name, in which each line is the
// outline of a histogram over the categories; every panel has lines of the same names, in the same order.
enum class PlotKind { kLines, kPoints, kBars, kForest, kPanels };

struct Plot {
  std::string file_stem;  // letters, digits and _ only
  std::string title;
  std::string x_label = {};
  std::string y_label = {};
  std::string description = {};  // one sentence for those who do not see the picture, and the caption
  std::vector<PlotLine> lines = {};
  PlotKind kind = PlotKind::kLines;
  std::vector<std::string> categories = {};                  // of bars, forests and panels: x counts them from 0
  std::vector<std::pair<double, std::string>> x_ticks = {};  // of panels: where on x, and the text
  bool whole_bands = false;  // of lines: the bands are the message, and the axis has room for them
  bool log_x = false;        // of lines: powers of two
};

// The names of the panels, in the order of the lines.
std::vector<std::string> PanelsOf(const Plot& plot);

// line, x, y, low, high and the other axes: one row a point, full precision; x is the category where there are some.
// With panels, their name comes first.
std::string ToPlotCsv(const Plot& plot);

// kSix digits are more than a curve shows.
enum class Digits { kAll, kSix };

// A number that is not there is null.
nlohmann::ordered_json JsonNumber(double value, Digits digits);
nlohmann::ordered_json JsonNumbers(const std::vector<double>& values, Digits digits);

// The data file beside a picture, and what the page's scripts draw:
//   {"stem", "title", "description", "kind", "x_label", "y_label", "log_x", "categories", "x_ticks": [[x, text], ...],
//    "lines": [{"name", "panel", "x", "y", "low", "high", "is_reference", "other_x": [[label, [x, ...]], ...]}]}
// x_ticks and panel are left out where a plot has none; "whole_bands": true where it is so.
nlohmann::ordered_json PlotJson(const Plot& plot, Digits digits);

// A metric's name as a file stem: "ndcg@5" gives "ndcg_5".
std::string ToFileStem(const std::string& name);

}  // namespace suite
