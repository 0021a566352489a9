#include "experiments/worker.h"

#include <filesystem>
#include <iostream>

#include "experiments/work_together.h"
#include "harness/config/experiment.h"
#include "harness/launcher/exit_codes.h"
#include "harness/launcher/worker_report.h"
#include "harness/run/run.h"
#include "harness/sft/stages.h"

namespace suite {

int Work(const BenchFlags& flags, const std::vector<std::string>& argv) {
  const RunConfig config = LoadRunConfig({flags.config, "", {}, {}, {}});
  WorkerReporter reporter;  // silent in all ranks but the first
  const ReportProgress report = [&](const WorkerReport& news) { reporter.Report(news); };
  const RunFolders folders = {std::filesystem::path(flags.config).parent_path().parent_path().string(),
                              flags.out + "/cache"};
  try {
    return WorkTogether(PlaceOfThisProcess(), {config}, [&](ProcessGroup& group) {
      if (flags.worker == "stages") {
        TrainSharedStages(config, folders.cache, report, &group);
        return kExitDone;
      }
      RunOptions options;
      options.force_resume = flags.force_resume;
      options.group = &group;
      return ExitCodeOf(ExecuteRun(config, folders, argv, report, options));
    });
  } catch (const GroupError& lost) {
    std::cerr << "error: " << lost.what() << std::endl;
    return kExitPeerLost;
  }
}

}  // namespace suite
