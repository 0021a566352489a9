// Demonstrations without training: the teacher's lists, what Remap, Reflect and Adjust make of them, the audit page.
//
//   main -> LoadRunConfig (harness/config) -> FillContentPins -> LoadDataset -> PrepareDemonstrations (harness/sft)
//
// The flags are those of the experiments. What is made is where a run with the same settings looks for it, so an
// experiment with the same --out goes on from it.
#include <cstdio>
#include <iostream>

#include "base/paths.h"
#include "experiments/bench_flags.h"
#include "experiments/experiment_main.h"
#include "harness/config/experiment.h"
#include "harness/data/dataset.h"
#include "harness/launcher/exit_codes.h"
#include "harness/launcher/stop_request.h"
#include "harness/provenance/process_meter.h"
#include "harness/run/content_pins.h"
#include "harness/run/run.h"
#include "harness/sft/stages.h"

namespace suite {
namespace {

// A line when a step is done, and in between one a second.
class PrintedProgress {
 public:
  void operator()(const WorkerReport& news) {
    if (StopRequested()) throw StoppedOnRequest();  // answers are kept as they come
    if (news.step < news.total && since_.Seconds() < 1) return;
    since_.Restart();
    std::printf("%8.1f s  %lld / %lld  %s\n", whole_.Seconds(), static_cast<long long>(news.step),
                static_cast<long long>(news.total), news.text.c_str());
    std::fflush(stdout);
  }

 private:
  WallTimer since_, whole_;
};

RunConfig LoadConfig(const BenchFlags& flags) {
  ExperimentRequest request;
  request.path = flags.config;
  request.profile = flags.profile;
  request.sets = flags.sets;
  request.known_names["objective.preset"] = ObjectiveNames();
  request.needs_policy = false;
  Experiment experiment;
  experiment.runs.push_back({"", "", LoadRunConfig(request)});
  FillContentPins(flags.stood, &experiment);
  return experiment.runs.front().config;
}

int Main(int argc, char** argv) {
  const BenchFlags flags = ParseBenchFlags(argc, argv);
  if (!flags.help.empty()) {
    std::cout << flags.help;
    return kExitDone;
  }
  if (flags.help_config) {
    std::cout << ConfigHelp();
    return kExitDone;
  }
  const RunConfig config = LoadConfig(flags);
  if (flags.explain) {
    std::cout << Explain(config);
    return kExitDone;
  }
  MakeFolder(flags.out + "/cache");
  const Dataset dataset = LoadDataset(config);
  const StopSignals signals;
  std::cout << dataset.train.size() << " conversations to teach from, " << dataset.catalog.size()
            << " items in the catalogue" << std::endl;
  PrintedProgress progress;
  const MadeDemonstrations made = PrepareDemonstrations(config, dataset, StageCache(flags.out + "/cache"),
                                                        [&](const WorkerReport& news) { progress(news); });
  std::cout << "audit page: " << made.audit_page << std::endl;
  if (!made.failure_report.empty()) std::cout << "what failed: " << made.failure_report << std::endl;
  return kExitDone;
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::ExperimentMain(&suite::Main, argc, argv); }
