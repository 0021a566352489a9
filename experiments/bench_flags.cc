#include "experiments/bench_flags.h"

#include <boost/program_options.hpp>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "base/text/allowed.h"
#include "base/text/format.h"
#include "harness/launcher/slurm_scripts.h"

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
    "  ./bazelw run //experiments:quickstart -- --plan --probe             and how long it takes, tried out\n"
    "  ./bazelw run //experiments:quickstart -- --config my.toml           an experiment of your own\n"
    "  ./bazelw run //experiments:evaluate -- --model DIR --data redial    a real checkpoint on real conversations\n"
    "  ./bazelw run //experiments:quickstart -- --status                   how far each run is\n"
    "  ./bazelw run //experiments:quickstart -- --launcher=slurm           as job arrays on a cluster\n"
    "\n"
    "A run is named by the hash of its settings. Finished runs are kept, broken ones go on from their last\n"
    "checkpoint, so it is always safe to stop (Ctrl-C) and to start again. Several launchers may share one sweep.\n"
    "In the file, [[sweep.priority]] rules say which runs start first and [budget] how much is run at all; --plan\n"
    "shows the order.\n"
    "Exit codes: 0 done, 1 a run failed, 2 bad input, 75 stopped on request and saved: start again.\n"
    "\n"
    "Flags";

po::options_description Options(BenchFlags& flags) {
  po::options_description options(kIntroduction, 110);
  options.add_options()("help", "print this text")("help-config", po::bool_switch(&flags.help_config),
                                                   "print every setting: type, default, allowed values, meaning")(
      "config", po::value<std::vector<std::string>>()->composing(),
      "an experiment's TOML file of your own (default: that of this program)")(
      "profile", po::value(&flags.profile), "a [profile.NAME] of the file: the same experiment at another scale")(
      "set", po::value(&flags.sets)->composing(), "key=value, over file and profile; may be repeated")(
      "model", po::value<std::string>(), "Hugging Face folder to start from: --set policy.path=...")(
      "data", po::value<std::string>(),
      "reddit_v2, redial, redial_original, inspired, jsonl or sequences: --set data.source=...")(
      "from", po::value<std::string>(),
      "folder or file of --data: --set data.path=... (default: data/NAME of $SUITE_SHARED_DIR, if it is there)")(
      "out", po::value(&flags.out)->default_value("results"), "folder for results, relative to where you stand")(
      "jobs", po::value(&flags.jobs)->default_value(0),
      "runs at once (0: cores / run.threads; on GPUs, GPUs / run.processes, and never more)")(
      "explain", po::bool_switch(&flags.explain), "print every setting with its origin, and stop")(
      "plan", po::bool_switch(&flags.plan),
      "print the runs with expected time, memory and disk, and the memory of the largest by parts, and stop")(
      "probe", po::bool_switch(&flags.probe),
      "with --plan: first take a few steps of each kind of run whose time is unknown, in OUT/probe")(
      "plan-gpus", po::value(&flags.plan_gpus)->default_value(0),
      "with --plan: GPUs of a run with run.device = cuda (0: run.processes, or 4 where that is 1)")(
      "plan-gpu-gb", po::value(&flags.plan_gpu_gb)->default_value(80), "with --plan: memory of each, in GB")(
      "status", po::bool_switch(&flags.status), "print how far each run is, also while they run elsewhere, and stop")(
      "watch", po::bool_switch(&flags.watch), "--status again and again, until all is done")(
      "report", po::bool_switch(&flags.report), "draw the report from the runs that are done, and stop")(
      "keep", po::value(&flags.keep),
      "pack the runs, their tables, verdicts and plots into this folder, and stop: results/published/NAME in the tree")(
      "launcher", po::value(&flags.launcher)->default_value("local"), "local: processes here; slurm: job arrays")(
      "dry-run", po::bool_switch(&flags.dry_run), "with --launcher=slurm: write the scripts, submit nothing")(
      "sbatch", po::value(&flags.sbatch)->composing(),
      "an option for SLURM's jobs, such as --sbatch=--time=4:00:00; may be repeated")(
      "retry-failed", po::bool_switch(&flags.retry_failed),
      "runs that failed begin again; their stores are kept aside")(
      "force-resume", po::bool_switch(&flags.force_resume),
      "go on from checkpoints of other data or another world size; recorded in the store");
  return options;
}

// Absolute: the processes of a run may stand elsewhere.
std::string AgainstUsersFolder(const std::string& path) {
  return std::filesystem::absolute(FromUsersFolder(path.empty() ? "." : path)).lexically_normal().string();
}

// The file that lies beside this program: experiments/NAME.toml of its runfiles. Empty when there is none.
std::string OwnConfig() {
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe");
  const std::filesystem::path config =
      program.string() + ".runfiles/rank_grpo_suite/experiments/" + program.filename().string() + ".toml";
  return std::filesystem::exists(config) ? config.string() : "";
}

// `bazel run` puts the program's own file first, relative to where it starts the program; a user's comes later,
// relative to where the user stands, and wins.
std::string ConfigOf(const po::variables_map& map) {
  if (map.count("config") == 0) return OwnConfig();
  const auto& configs = map["config"].as<std::vector<std::string>>();
  const std::string& last = configs.back();
  return configs.size() == 1 && std::filesystem::exists(last) ? last : FromUsersFolder(last);
}

void CheckNumber(const char* flag, double value, const Allowed& allowed) {
  if (!allowed.Admits(value)) throw InputError(flag, "is " + ExactNumber(value), allowed.Text());
}

// Short flags are --set in other words; --set itself comes after them and wins.
void AddShortFlags(const po::variables_map& map, BenchFlags& flags) {
  std::vector<std::string> sets;
  const auto add = [&](const char* flag, const std::string& key) {
    if (map.count(flag)) sets.push_back(key + "=" + map[flag].as<std::string>());
  };
  add("model", "policy.path");
  add("data", "data.source");
  add("from", "data.path");
  const char* shared = std::getenv("SUITE_SHARED_DIR");
  if (map.count("data") && !map.count("from") && shared) {
    const std::filesystem::path folder = std::filesystem::path(shared) / "data" / map["data"].as<std::string>();
    if (std::filesystem::exists(folder)) sets.push_back("data.path=" + folder.string());
  }
  flags.sets.insert(flags.sets.begin(), sets.begin(), sets.end());
}

}  // namespace

BenchFlags ParseBenchFlags(int argc, char** argv) {
  BenchFlags flags;
  po::options_description visible = Options(flags), all;
  all.add(visible).add_options()("worker", po::value(&flags.worker), "")("slurm-round", po::value(&flags.slurm_round),
                                                                         "");
  po::variables_map map;
  try {
    po::store(po::command_line_parser(argc, argv).options(all).positional({}).run(), map);
    po::notify(map);
  } catch (const po::error& error) {
    throw InputError("command line", error.what(), "what --help lists");
  }
  if (map.count("help")) {
    std::ostringstream text;
    text << visible;
    flags.help = text.str();
    return flags;
  }
  flags.config = ConfigOf(map);
  if (flags.config.empty() && !flags.help_config)
    throw InputError("--config", "is missing", "an experiment's TOML file");
  CheckNumber("--plan-gpus", flags.plan_gpus, Between(0, 65536));
  CheckNumber("--plan-gpu-gb", flags.plan_gpu_gb, AboveTo(0, 1e6));
  CheckNumber("--jobs", flags.jobs, Between(0, 65536));
  if (flags.launcher != "local" && flags.launcher != "slurm") {
    throw UnknownName("--launcher", "launcher", flags.launcher, {"local", "slurm"});
  }
  for (const std::string& option : flags.sbatch) CheckSbatchOption(option);
  if (flags.probe && !flags.plan) throw InputError("--probe", "without --plan", "both");
  if (flags.dry_run && flags.launcher != "slurm") throw InputError("--dry-run", "without --launcher=slurm", "both");
  AddShortFlags(map, flags);
  flags.stood = AgainstUsersFolder(".");
  flags.out = AgainstUsersFolder(flags.out);
  if (!flags.keep.empty()) flags.keep = AgainstUsersFolder(flags.keep);
  return flags;
}

}  // namespace suite
