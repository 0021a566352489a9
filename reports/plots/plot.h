// Plots as SVG, drawn by gnuplot, with the numbers in a .csv file and a .json file (plot_json.h) beside each.
//
//   Plot plot;
//   plot.file_stem = "curve_ndcg_5";
//   plot.title = "NDCG@5, validation";
//   plot.x_label = "RL step";
//   plot.lines = {{"GRPO", {0, 20, 40}, {.21, .22, .22}, {}, {}}};
//   std::string svg = WritePlot(plot, "results/plots");     // writes curve_ndcg_5.svg, .csv and .json
//
// Colours are those of Okabe and Ito (2008), which readers with any common colour vision tell apart; each line also has
// its own marker. Equal plots give equal bytes. gnuplot is called as a program: when it is missing, InputError says
// what to install.
#pragma once

#include <string>

#include "reports/plots/plot_model.h"

namespace suite {

// line, x, y, low, high and the other axes: one row a point, full precision; x is the category where there are some.
// With panels, their name comes first.
std::string ToPlotCsv(const Plot& plot);

// Writes folder/STEM.svg (white ground), folder/STEM.csv and folder/STEM.json, and returns the SVG for a page of its
// own colours: no ground, text in currentColor, ids that begin with the stem. Throws InputError when gnuplot is missing
// or fails.
std::string WritePlot(const Plot& plot, const std::string& folder);

// A metric's name as a file stem: "ndcg@5" gives "ndcg_5".
std::string ToFileStem(const std::string& name);

}  // namespace suite
