#include "experiments/process_work.h"

#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>

#include "base/error.h"
#include "experiments/bench.h"
#include "harness/distributed/process_group.h"
#include "harness/distributed/run_device.h"
#include "harness/launcher/exit_codes.h"
#include "harness/launcher/stop_request.h"
#include "harness/launcher/worker_report.h"
#include "harness/plan/memory_limits.h"
#include "harness/policy/run_together.h"
#include "harness/run/run.h"
#include "harness/sft/stages.h"

namespace suite {
namespace {

// Where the tensors of collectives lie; the GPU of this process becomes the current one.
at::DeviceType DeviceOfAll(const std::vector<RunConfig>& configs, const ProcessRank& process) {
  at::DeviceType type = at::kCPU;
  for (const RunConfig& config : configs) {
    const at::Device device = DeviceOfRun(config.run.device, process.local_rank);
    if (!device.is_cpu()) type = device.type();
  }
  return type;
}

// Meets the others, with NCCL where a config computes on GPUs, and gives the exit code of `work`; kExitRequeue when it
// was stopped on request. In both cases no process ends before rank 0 has, which saves for all. Signals that ask to
// stop are watched meanwhile (harness/launcher/stop_request.h). Throws GroupError when another process is lost.
int WorkTogether(const ProcessRank& process, const std::vector<RunConfig>& configs,
                 const std::function<int(ProcessGroup&)>& work) {
  const StopSignals signals;
  const std::unique_ptr<ProcessGroup> group = JoinProcesses(process, DeviceOfAll(configs, process));
  int code = kExitDone;
  try {
    code = work(*group);
  } catch (const StoppedOnRequest& stopped) {
    std::cerr << stopped.what() << std::endl;
    code = kExitRequeue;
  }
  group->Barrier("end of the work");
  return code;
}

int ExitCodeOf(RunOutcome outcome) { return outcome == RunOutcome::kBusy ? kExitBusy : kExitDone; }

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

ProcessRank RankOfThisProcess() { return WithOwnGpu(ReadProcessRank(SystemEnvironment()), &CountGpus); }

int Work(const BenchFlags& flags, const std::vector<std::string>& argv) {
  const RunConfig config = LoadRunConfig({flags.config, "", {}, {}, {}});
  CheckMemory(config, MemoryOfMachine());
  WorkerReporter reporter;  // silent in all ranks but the first
  const ReportProgress report = [&](const WorkerReport& news) { reporter.Report(news); };
  const RunFolders folders = {std::filesystem::path(flags.config).parent_path().parent_path().string(),
                              flags.out + "/cache"};
  try {
    return WorkTogether(RankOfThisProcess(), {config}, [&](ProcessGroup& group) {
      if (flags.worker == "stages") {
        TrainSharedStages(config, folders.cache, report, &group);
        return kExitDone;
      }
      return ExitCodeOf(ExecuteRun(config, folders, argv, report, {flags.force_resume, &group}));
    });
  } catch (const GroupError& lost) {
    std::cerr << "error: " << lost.what() << std::endl;
    return kExitPeerLost;
  }
}

int RunInGroup(const BenchFlags& flags, const Experiment& experiment, const ProcessRank& process,
               const std::vector<std::string>& argv) {
  if (flags.launcher != "local") {
    throw InputError("--launcher", flags.launcher + " in a process that " + process.launcher + " started", "local");
  }
  Bench bench(flags, experiment);
  std::vector<RunConfig> configs;
  for (const SweepRun& run : bench.runs()) configs.push_back(run.config);
  const int code = WorkTogether(process, configs, [&](ProcessGroup& group) {
    while (const SweepRun* run = NextRun(group, bench)) {
      const RunOutcome outcome =
          ExecuteRun(run->config, bench.folders(), argv, ProgressOf(group, run->name), {flags.force_resume, &group});
      if (outcome == RunOutcome::kBusy) return ExitCodeOf(outcome);
    }
    return kExitDone;
  });
  // Nothing is left to run: this writes the report.
  return code == kExitDone && process.rank == 0 ? bench.Execute() : code;
}

}  // namespace suite
