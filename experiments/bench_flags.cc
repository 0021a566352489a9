#include "experiments/bench_flags.h"

#include <boost/program_options.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "base/error.h"

namespace suite {
namespace {

namespace po = boost::program_options;

constexpr char kIntroduction[] =
    "Runs an experiment: what is missing of its runs is trained, then tables, plots and a report are written.\n"
    "\n"
    "  ./bazelw run //experiments:quickstart                               the whole experiment\n"
    "  ./bazelw run //experiments:quickstart -- --profile=smoke            the same in seconds\n"
    "  ./bazelw run //experiments:quickstart -- --set rl.steps=200         with another setting\n"
    "  ./bazelw run //experiments:quickstart -- --explain                  every setting and where it comes from\n"
    "  ./bazelw run //experiments:quickstart -- --plan                     what would run\n"
    "\n"
    "A run is named by the hash of its settings. Finished runs are kept, broken ones go on from their last\n"
    "checkpoint, so it is always safe to stop (Ctrl-C) and to start again.\n"
    "\n"
    "Flags";

po::options_description Options(BenchFlags& flags) {
  po::options_description options(kIntroduction, 110);
  options.add_options()("help", "print this text")("help-config", po::bool_switch(&flags.help_config),
                                                   "print every setting: type, default, allowed values, meaning")(
      "config", po::value(&flags.config), "the experiment's TOML file (set by the Bazel target)")(
      "profile", po::value(&flags.profile), "a [profile.NAME] of the file: the same experiment at another scale")(
      "set", po::value(&flags.sets)->composing(), "key=value, over file and profile; may be repeated")(
      "out", po::value(&flags.out)->default_value("results"), "folder for results, relative to where you stand")(
      "jobs", po::value(&flags.jobs)->default_value(0), "runs at once (0: cores / run.threads)")(
      "explain", po::bool_switch(&flags.explain), "print every setting with its origin, and stop")(
      "plan", po::bool_switch(&flags.plan), "print the runs and which of them are done, and stop");
  return options;
}

// `bazel run` starts in the runfiles; the user's folder is in the environment.
std::string AgainstUsersFolder(const std::string& path) {
  const char* stood = std::getenv("BUILD_WORKING_DIRECTORY");
  const std::filesystem::path folder = stood ? std::filesystem::path(stood) : std::filesystem::current_path();
  return (folder / path).lexically_normal().string();
}

}  // namespace

BenchFlags ParseBenchFlags(int argc, char** argv) {
  BenchFlags flags;
  po::options_description visible = Options(flags), all;
  all.add(visible).add_options()("worker", po::value(&flags.worker), "");
  po::variables_map map;
  try {
    po::store(po::command_line_parser(argc, argv).options(all).positional({}).run(), map);
    po::notify(map);
  } catch (const po::error& error) {
    throw InputError("command line", error.what(), "what --help lists");
  }
  if (map.count("help")) {
    std::cout << visible;
    std::exit(0);
  }
  if (flags.config.empty() && !flags.help_config)
    throw InputError("--config", "is missing", "an experiment's TOML file");
  if (flags.jobs < 0) throw InputError("--jobs", "is " + std::to_string(flags.jobs), "0 or more");
  flags.out = AgainstUsersFolder(flags.out);
  return flags;
}

}  // namespace suite
