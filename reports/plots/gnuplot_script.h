// A plot as a program for gnuplot that prints SVG.
#pragma once

#include <string>

#include "reports/plots/plot.h"

namespace suite {

std::string PlotScript(const Plot& plot);

}  // namespace suite
