// Curves over seeds, and how a plot shows them.
#pragma once

#include <string>
#include <vector>

#include "reports/plots/plot.h"
#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"

namespace suite {

// A value of each seed at each x. The same x for all.
struct SeedCurves {
  std::vector<double> x;
  std::vector<std::vector<double>> y;  // [seed][point]
};

// The mean over seeds, with Student's interval over them as the band where there are two or more.
PlotLine LineOf(const std::string& name, const SeedCurves& curves, double confidence);

// The same with the band from the lowest to the highest seed.
PlotLine LineWithRange(const std::string& name, const SeedCurves& curves);

// "Mean of 4 seeds; band: BAND."
std::string BandText(const RunSet& set, const std::string& band);

// "Student's 95 % interval over seeds"
std::string StudentBand(const ReportSpec& spec);

bool AllHave(const std::vector<const ReportRun*>& runs, const std::string& series);

// Means of a series over blocks of `size` steps (a step is one batch, and noisy); x is the last step of the block.
// `place` counts the values of a vector series from 0. Throws InputError when a run lacks the series.
SeedCurves BlockCurves(const std::vector<const ReportRun*>& runs, const std::string& name, size_t size,
                       size_t place = 0);

// So many steps that the longest run of all arms has a few dozen blocks.
size_t BlockSize(const RunSet& set);

}  // namespace suite
