#include "experiments/run_in_group.h"

#include <iostream>

#include "base/error.h"
#include "experiments/bench.h"
#include "experiments/work_together.h"
#include "harness/launcher/exit_codes.h"
#include "harness/policy/run_together.h"
#include "harness/run/run.h"

namespace suite {
namespace {

// One line for each report of the first process.
ReportProgress ProgressOf(const ProcessGroup& group, const std::string& run) {
  if (group.rank() != 0) return [](const WorkerReport&) {};
  return [run](const WorkerReport& news) {
    std::cerr << run << ": step " << news.step << " of " << news.total << "  " << news.text << std::endl;
  };
}

// The first run that is left, as rank 0 sees it; null: none.
const SweepRun* NextRun(ProcessGroup& group, const Bench& bench) {
  std::string folder;
  if (group.rank() == 0) {
    const std::vector<SweepRun> left = bench.RunsToDo();
    if (!left.empty()) folder = left.front().folder;
  }
  folder = DecisionOfRankZero(group, folder, "next run");
  for (const SweepRun& run : bench.runs()) {
    if (run.folder == folder) return &run;
  }
  return nullptr;
}

}  // namespace

int RunInGroup(const BenchFlags& flags, const Experiment& experiment, const ProcessRank& process,
               const std::vector<std::string>& argv) {
  if (flags.launcher != "local") {
    throw InputError("--launcher", flags.launcher + " in a process that " + process.launcher + " started", "local");
  }
  Bench bench(flags, experiment);
  std::vector<RunConfig> configs;
  for (const SweepRun& run : bench.runs()) configs.push_back(run.config);
  const int code = WorkTogether(process, configs, [&](ProcessGroup& group) {
    RunOptions options;
    options.force_resume = flags.force_resume;
    options.group = &group;
    while (const SweepRun* run = NextRun(group, bench)) {
      const RunOutcome outcome = ExecuteRun(run->config, bench.folders(), argv, ProgressOf(group, run->name), options);
      if (outcome == RunOutcome::kBusy) return ExitCodeOf(outcome);
    }
    return kExitDone;
  });
  // Nothing is left to run: this writes the report.
  return code == kExitDone && process.rank == 0 ? bench.Execute() : code;
}

}  // namespace suite
