// The files of the report's page as they are built into the program.
#pragma once

#include <string>

namespace suite {

extern const char kPageCss[];

// Sorting, charts and dialogs.
extern const char kPageScript[];

// plotly.js, or empty in builds with --define=plotly=none: then the page shows the pictures that gnuplot drew.
std::string PlotlyScript();

}  // namespace suite
