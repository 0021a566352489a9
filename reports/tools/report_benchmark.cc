// How long does a report over many runs take, and how much memory? Makes stores once, then reads them and draws the
// report, on one thread.
//
//   bazel run //reports:report_benchmark -- --dir=/tmp/many_runs
//
// The aim: 500 runs of 1,000 steps and 10,000 conversations (six scores each, first and last) in 10 seconds and 1 GiB.

#include <sys/resource.h>

#include <boost/program_options.hpp>
#include <chrono>
#include <filesystem>
#include <iostream>

#include "base/allocator.h"
#include "base/error.h"
#include "harness/metrics/write_run.h"
#include "reports/report.h"
#include "reports/runs/run_set.h"
#include "reports/runs/synthetic_runs.h"

namespace suite {
namespace {

namespace options = boost::program_options;
using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

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
std::vector<std::string> MakeStores(const options::variables_map& values) {
  const int runs = values["runs"].as<int>();
  const int seeds = values["seeds"].as<int>();
  const std::string folder = values["dir"].as<std::string>() + "/stores";
  std::filesystem::create_directories(folder);
  std::vector<std::string> stores;
  for (int i = 0; i < runs; ++i) {
    SyntheticRun wanted;
    wanted.preset = "arm_" + std::string(i / seeds < 10 ? "0" : "") + std::to_string(i / seeds);
    wanted.seed = 1 + i % seeds;
    wanted.gain = 0.001 * (i / seeds);
    wanted.steps = values["steps"].as<int>();
    wanted.conversations = values["conversations"].as<int>();
    wanted.validation_conversations = 200;
    stores.push_back(folder + "/" + wanted.preset + "-" + std::to_string(wanted.seed) + ".h5");
    if (!std::filesystem::exists(stores.back())) WriteRun(MakeRun(wanted), stores.back());
  }
  return stores;
}

int Run(int argc, char** argv) {
  options::options_description all("Options");
  all.add_options()("help", "this text")("dir", options::value<std::string>()->required(), "a folder for stores")(
      "runs", options::value<int>()->default_value(500), "stores")("seeds", options::value<int>()->default_value(10),
                                                                   "runs of an arm")(
      "steps", options::value<int>()->default_value(1000), "steps of a run")(
      "conversations", options::value<int>()->default_value(10000), "conversations of the test split");
  options::variables_map values;
  options::store(options::parse_command_line(argc, argv, all), values);
  if (values.count("help")) {
    std::cout << all;
    return 0;
  }
  options::notify(values);
  const std::vector<std::string> paths = MakeStores(values);
  const double before = PeakMib();
  const Clock::time_point start = Clock::now();
  const double cpu_start = CpuSeconds();
  const auto print = [&](const char* part) {
    std::cout << part << ": " << SecondsSince(start) << " s, of the processor " << CpuSeconds() - cpu_start
              << " s, peak memory " << PeakMib() << " MiB\n";
  };
  std::cout << paths.size() << " stores; peak memory before " << before << " MiB\n";
  ReadStores stores = ReadAllStores(paths);
  print("stores read");
  const ReportSpec spec = DefaultSpec("Benchmark", stores);
  WriteReport(spec, std::move(stores), values["dir"].as<std::string>() + "/report");
  print("report written");
  return 0;
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) {
  suite::KeepFreedMemory();
  try {
    return suite::Run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 2;
  }
}
