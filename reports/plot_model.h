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
  // The band: as long as x, or both empty for none. Drawn as far as it stays near the lines; the .csv file has all of
  // it.
  std::vector<double> low;
  std::vector<double> high;
  // Drawn in the text's colour, dashed and without markers: the thing that others are measured against.
  bool is_reference = false;
  // The same points on other axes, for the page: {"Tokens", {...}}.
  std::vector<std::pair<std::string, std::vector<double>>> other_x = {};
};

// kLines: y over x, with bands. kPoints: one marker a line, with its interval. kBars: one line, a bar for each
// category. kForest: one line, an effect with its interval for each category, from top to bottom, beside a rule at
// zero.
enum class PlotKind { kLines, kPoints, kBars, kForest };

struct Plot {
  std::string file_stem;  // letters, digits and _ only
  std::string title;
  std::string x_label;
  std::string y_label;
  std::string description;  // one sentence for those who do not see the picture, and the caption
  std::vector<PlotLine> lines;
  PlotKind kind = PlotKind::kLines;
  std::vector<std::string> categories = {};  // of bars and forests: x counts them from 0
  bool log_x = false;                        // of lines: powers of two
};

}  // namespace suite
