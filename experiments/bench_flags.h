// The command line of every experiment. Experiments are TOML files; flags only choose config, scale, launcher and
// output.
#pragma once

#include <string>
#include <vector>

namespace suite {

struct BenchFlags {
  std::string help;               // what --help prints; empty where it is not asked for
  std::string config;             // the experiment's TOML file
  std::string profile;            // --profile smoke
  std::vector<std::string> sets;  // --set key=value
  std::string out = "results";    // absolute after parsing
  std::string stood;              // the folder that the user stands in, absolute
  int jobs = 0;                   // runs at once; 0: as many as fit the machine
  bool explain = false;
  bool plan = false;
  bool probe = false;  // before the plan, for times that are unknown
  bool status = false;
  bool watch = false;
  bool report = false;             // of what is there, and no training
  std::string keep;                // absolute; empty: nothing is kept
  std::string launcher = "local";  // or "slurm"
  bool dry_run = false;            // SLURM's scripts are written and not submitted
  std::vector<std::string> sbatch;
  bool force_resume = false;
  bool retry_failed = false;
  int plan_gpus = 0;        // --plan: GPUs of one run that trains on them; 0: run.processes, or 4 where that is 1
  double plan_gpu_gb = 80;  // memory of each, 10^9 bytes
  bool help_config = false;

  // Of child processes and jobs, written by the launcher only.
  std::string worker;   // "stages" or "run"
  int slurm_round = 0;  // submissions before this one
};

// Where help is asked for, only that is set. Throws InputError for flags that do not exist or make no sense.
BenchFlags ParseBenchFlags(int argc, char** argv);

}  // namespace suite
