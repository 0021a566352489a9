#include "reports/results/applied_ratios.h"

#include <string>
#include <vector>

#include "base/text/format.h"
#include "reports/runs/arm_scores.h"
#include "reports/statistics/statistics.h"

namespace suite {
namespace {

// The mean over a series' steps, of each run that has it.
std::vector<double> MeansOf(const ArmRuns& arm, const std::string& name) {
  std::vector<double> means;
  for (const ReportRun* run : arm.done) {
    const StepSeries* series = SeriesOf(run->record, name);
    if (series && !series->values.empty()) means.push_back(Mean(series->values));
  }
  return means;
}

TextCell Cell(const std::vector<double>& values) {
  const double mean = Mean(values);
  return {Fixed("%.4f", mean), false, "", {{"value", ExactNumber(mean)}}};
}

}  // namespace

TextTable AppliedRatioTable(const RunSet& set) {
  TextTable table{{"Arm", "Mean ratio", "Standard deviation", "Effective share of the sample"}};
  bool varies = false;
  for (const ArmRuns& arm : set.arms) {
    const std::vector<double> mean = MeansOf(arm, "ratio/applied/mean"), spread = MeansOf(arm, "ratio/applied/std"),
                              share = MeansOf(arm, "ess/applied");
    if (mean.empty() || spread.empty() || share.empty()) continue;
    varies = varies || Mean(spread) > 0 || Mean(mean) != 1;
    table.rows.push_back({{arm.arm.name}, Cell(mean), Cell(spread), Cell(share)});
  }
  if (!varies) table.rows.clear();
  return table;
}

}  // namespace suite
