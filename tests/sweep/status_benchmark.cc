// How long `--status` takes over many finished runs. The runs are made up, so that nothing is trained:
//
//   bazel run //tests/sweep:status_benchmark -- 500
//
// Prints the seconds of one look at all of them, of reading all stores whole, and of the program from start to end.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string>

#include "base/files.h"
#include "harness/config/experiment.h"
#include "harness/metrics/run_record.h"
#include "harness/metrics/write_run.h"
#include "harness/sweep/sweep.h"
#include "reports/runs/synthetic_runs.h"
#include "tests/quickstart/program.h"
#include "tests/sweep/launcher_process.h"

namespace suite {
namespace {

namespace fs = std::filesystem;

double SecondsOf(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// As many seeds as there are runs.
std::string ExperimentText(int runs) {
  std::string text = "[sweep]\nseed = [1";
  for (int seed = 2; seed <= runs; ++seed) text += ", " + std::to_string(seed);
  return text + "]\n[report]\ntitle = \"Many runs\"\nmetrics = [\"ndcg@5\"]\n";
}

int Main(int runs) {
  const std::string out = TemporaryPath("status");
  fs::create_directories(out);
  WriteFileAtomically(out + "/many.toml", ExperimentText(runs));
  ExperimentRequest request;
  request.path = out + "/many.toml";
  Sweep sweep = {"many", out + "/many", {}, {}};
  SyntheticRun wanted;
  wanted.steps = 2000;
  wanted.conversations = wanted.validation_conversations = 1000;
  const RunRecord record = MakeRun(wanted);
  for (const ExperimentRun& run : LoadExperiment(request).runs) {
    sweep.runs.push_back({run.arm, sweep.folder + "/runs/" + run.hash, run.config});
    fs::create_directories(sweep.runs.back().folder);
    WriteRun(record, sweep.runs.back().folder + "/store.h5");
  }
  const std::string store = sweep.runs.front().folder + "/store.h5";
  std::cout << runs << " stores of " << fs::file_size(store)
            << " bytes\nlooking at them: " << SecondsOf([&] { LookAtAll(sweep); })
            << " s\nreading them whole: " << SecondsOf([&] {
                 for (const SweepRun& run : sweep.runs) ReadRun(run.folder + "/store.h5");
               })
            << " s\n";
  int exit_code = 0;
  std::string output;
  const double seconds = SecondsOf([&] {
    LauncherProcess program({"--out=" + out, "--status"}, {}, request.path);
    exit_code = program.Wait();
    output = program.Output();
  });
  std::cout << "the program: " << seconds
            << " s; its last line: " << output.substr(output.rfind('\n', output.size() - 2) + 1);
  return exit_code;
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) {
  setenv("TEST_TMPDIR", std::filesystem::temp_directory_path().c_str(), /*overwrite=*/0);
  return suite::Main(argc > 1 ? std::atoi(argv[1]) : 500);
}
