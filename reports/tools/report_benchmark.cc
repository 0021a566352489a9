// How long does a report over many runs take, and how much memory? Makes stores once, then reads them and draws the
// report, on one thread.
//
//   bazel run //reports:report_benchmark -- --out=/tmp/many_runs
//
// --runs=25 --seeds=5 --steps=300 --conversations=22363 --ranks=10 is an experiment on Amazon Beauty with its lists;
// with --keep it is packed and read again, too.
//
// The aim: 500 runs of 1,000 steps and 10,000 conversations (six scores each, first and last) in 10 seconds and 1 GiB.

#include <sys/resource.h>

#include <chrono>
#include <filesystem>
#include <iostream>

#include "base/allocator.h"
#include "harness/metrics/write_run.h"
#include "reports/report.h"
#include "reports/runs/run_set.h"
#include "reports/runs/synthetic_runs.h"
#include "reports/spec/report_spec.h"
#include "reports/tools/command_line.h"
#include "reports/tools/kept_results.h"

namespace suite {
namespace {

using Clock = std::chrono::steady_clock;

// Processor time of this process and of gnuplot: on a busy machine it tells more than the clock.
double CpuSeconds() {
  double seconds = 0;
  for (int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    getrusage(who, &usage);
    for (const timeval& time : {usage.ru_utime, usage.ru_stime}) {
      seconds += static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    }
  }
  return seconds;
}

double PeakMib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

// The stores, made where they are missing. Arms are named arm_00, arm_01 and so on.
std::vector<std::string> MakeStores(const CommandLine& line, const std::string& folder) {
  const int runs = line["runs"].as<int>();
  const int seeds = line["seeds"].as<int>();
  std::filesystem::create_directories(folder);
  std::vector<std::string> stores;
  for (int i = 0; i < runs; ++i) {
    SyntheticRun wanted;
    wanted.preset = "arm_" + std::string(i / seeds < 10 ? "0" : "") + std::to_string(i / seeds);
    wanted.seed = 1 + i % seeds;
    wanted.gain = 0.001 * (i / seeds);
    wanted.steps = line["steps"].as<int>();
    wanted.conversations = line["conversations"].as<int>();
    wanted.validation_conversations = 200;
    wanted.ranks = line["ranks"].as<int>();
    stores.push_back(folder + "/" + wanted.preset + "-" + std::to_string(wanted.seed) + ".h5");
    if (!std::filesystem::exists(stores.back())) WriteRun(MakeRun(wanted), stores.back());
  }
  return stores;
}

void Measure(const CommandLine& line) {
  const std::string folder = OutFolder(line);
  const std::vector<std::string> paths = MakeStores(line, folder + "/stores");
  const Clock::time_point start = Clock::now();
  const double cpu_start = CpuSeconds();
  std::cout << paths.size() << " stores; peak memory before " << PeakMib() << " MiB\n";
  const auto print = [&](const char* part) {
    const std::chrono::duration<double> seconds = Clock::now() - start;
    std::cout << part << ": " << seconds.count() << " s, of the processor " << CpuSeconds() - cpu_start
              << " s, peak memory " << PeakMib() << " MiB\n";
  };
  ReadStores stores = ReadAllStores(paths);
  print("stores read");
  const ReportSpec spec = DefaultSpec("Benchmark", stores);
  WriteReport(spec, std::move(stores), folder + "/report");
  print("report written");
  if (!line["keep"].as<bool>()) return;
  KeepResults(ReadAllStores(paths), spec, folder + "/kept");
  print("stores read and packed");
  const size_t read = ReadKept(folder + "/kept", folder + "/unpacked").records.size();
  print("kept records read");
  uintmax_t bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder + "/kept")) bytes += file.file_size();
  std::cout << bytes / read << " bytes kept for each of " << read << " runs\n";
}

int Run(int argc, char** argv) {
  KeepFreedMemory();
  options::options_description shown("Options");
  shown.add_options()                                                                                            //
      ("help", "this text")                                                                                      //
      ("out", options::value<std::string>(), "a folder for the stores and the report")                           //
      ("runs", options::value<int>()->default_value(500), "stores")                                              //
      ("seeds", options::value<int>()->default_value(10), "runs of an arm")                                      //
      ("steps", options::value<int>()->default_value(1000), "steps of a run")                                    //
      ("conversations", options::value<int>()->default_value(10000), "conversations of the test split")          //
      ("keep", options::bool_switch(), "also pack the runs as --keep of experiments does, and read them again")  //
      ("ranks", options::value<int>()->default_value(0), "items of each list that is recorded; 0: no lists");
  return ProgramMain(argc, argv, "", shown, /*positional=*/"", &Measure);
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::Run(argc, argv); }
