// What a plot shows, whoever draws it: gnuplot for files (plot.h), plotly.js on the page (page_data.h).
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace suite {

struct PlotLine {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;
  // The band: as long as x, or both empty for none. Drawn as far as it stays near the lines (unless whole_bands); the
  // .csv file has all of it.
  std::vector<double> low;
  std::vector<double> high;
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
  std::string x_label;
  std::string y_label;
  std::string description;  // one sentence for those who do not see the picture, and the caption
  std::vector<PlotLine> lines;
  PlotKind kind = PlotKind::kLines;
  std::vector<std::string> categories = {};                  // of bars, forests and panels: x counts them from 0
  std::vector<std::pair<double, std::string>> x_ticks = {};  // of panels: where on x, and the text
  bool whole_bands = false;  // of lines: the bands are the message, and the axis has room for them
  bool log_x = false;        // of lines: powers of two
};

// The names of the panels, in the order of the lines.
std::vector<std::string> PanelsOf(const Plot& plot);

}  // namespace suite
