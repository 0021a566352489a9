// Plots as SVG, drawn by gnuplot, with the numbers in a .csv file and a .json file beside each.
//
// Colours are those of Okabe and Ito (2008), which readers with any common colour vision tell apart; each line also has
// its own marker. Equal plots give equal bytes. gnuplot is called as a program: when it is missing, InputError says
// what to install.
#pragma once

#include <string>

#include "reports/plots/plot.h"

namespace suite {

// Writes folder/STEM.svg (white ground), folder/STEM.csv and folder/STEM.json, and returns the SVG for a page of its
// own colours: no ground, text in currentColor, ids that begin with the stem. Throws InputError when gnuplot is missing
// or fails.
std::string WritePlot(const Plot& plot, const std::string& folder);

}  // namespace suite
