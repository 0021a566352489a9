// Who learns faster, and at what price: the curve of each arm in the moments that mean something for it.
//
//   const Convergence found = ConvergenceOf(spec, set);
//   found.table;         // a row an arm: gain, steps to a target, steps to half of its own gain, ..., KL to the start
//   found.sentences;     // how the target was chosen; which arms still rise at their end
//
// "Faster" has several meanings that need not agree. The mean level of a curve favours who gains more, steps to a share
// of the own gain favour who gains less, steps to a fixed target lie between. All stand side by side, with Student's
// intervals over the seeds.
//
// The fixed target is the start plus half of the smallest mean gain among the arms that gain: far enough from the start
// to be no noise, and reached by every arm that learns. The KL divergence to the start is told where the arms have one
// and the same training reward, chosen likewise, because a policy that earns more has usually moved further.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/runs/learning_curve.h"
#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"
#include "reports/tables/text_table.h"

namespace suite {

struct Convergence {
  TextTable table;  // no rows where no arm was trained, or too few evaluations were made
  std::vector<std::string> sentences;
};

// Of the curve split and the metric of the first comparison; without comparisons of the first metric.
Convergence ConvergenceOf(const ReportSpec& spec, const RunSet& set);

// The mean start plus half of the smallest mean gain of the arms that gain; `arms` has the curves of each arm's runs.
// Nothing where no arm gains.
std::optional<double> CommonLevel(const std::vector<std::vector<LearningCurve>>& arms);

}  // namespace suite
