// A sweep as SLURM job arrays: the scripts, and their submission.
//
//   SlurmPlan plan;
//   plan.name = "quickstart";
//   plan.folder = "results/quickstart/slurm";
//   plan.program = "/abs/quickstart";  plan.working_folder = "/abs/runfiles";
//   plan.stages = {{".../runs/3f0c5a", {/*processes=*/1, /*cpus=*/2}}};
//   plan.runs = {{".../runs/3f0c5a", {4, 1, /*gpu=*/true}}, ...};
//   WriteSlurmScripts(plan);                             // --dry-run ends here
//   std::cout << SubmitToSlurm(plan, RunCommand);        // "stages 12, runs 13, finish 14"
//
// Three kinds of jobs: `stages` trains what the runs share, `runs` is an array with one task a run (at most `parallel`
// at once), `finish` comes when every task has ended, however it ended. It looks at the stores, submits what is missing
// once more (a failed or cancelled task goes on from its checkpoint), and when nothing is missing, or the rounds are
// used up, writes the report. To stop a sweep, cancel all of its jobs: scancel --name=NAME.
//
// All tasks of an array need the same, so a sweep whose runs need different things becomes several arrays: runs.sh,
// runs-2.sh, ... in the order of their first runs. They wait for each other only where --jobs allows fewer tasks at
// once than there are.
//
// A run of several processes is one task of an array with --ntasks=P and, on GPUs, --gpus-per-task=1; srun starts the
// P workers, which find their places in SLURM's variables (harness/distributed/process_rank.h). On a node all of them
// see all GPUs of the job there and take the one of their local rank, so NCCL can use the links between them. Options
// of --sbatch come last and win. One process is started without srun.
//
// A task asks for SIGUSR1 `signal_s` seconds before its time limit; the workers, all of which get it, then finish their
// step, save and exit with kExitRequeue, and the script puts the task back into the queue. `scontrol requeue` and
// preemption send SIGTERM and requeue by themselves (--requeue). Workers hold the run's lease, so a task that is
// started twice does nothing.
//
// Names and paths stand in the scripts in quotes, so they may have spaces, quotes, '%' and '#'. What has a line break
// is refused, for it would be a line of its own there.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace suite {

// What one task asks for.
struct SlurmNeeds {
  int processes = 1;
  int cpus = 1;      // of each process
  bool gpu = false;  // for each process
};

struct SlurmTask {
  std::string run;  // the run's folder; its config.toml says what to do
  SlurmNeeds needs;
};

struct SlurmPlan {
  std::string name;            // of all jobs
  std::string folder;          // scripts, lists and logs; absolute
  std::string program;         // absolute
  std::string working_folder;  // where the program finds its data files
  std::string out;             // --out of the workers
  std::vector<SlurmTask> stages, runs;
  std::vector<std::string> finish_args;  // of the program, to look and to go on
  std::vector<std::string> worker_args;  // beside --worker, --config and --out
  std::vector<std::string> options;      // of sbatch for stages and runs: "--partition=gpu", "--time=4:00:00"
  int parallel = 1;                      // runs at once
  int signal_s = 120;
};

struct SlurmScript {
  std::string path;
  std::string text;
};

// Throws InputError unless `option` can be a line of a script: --name or --name=value, in one line, and not --array.
void CheckSbatchOption(const std::string& option);

// Throws InputError for what cannot stand in a script: line breaks, a backslash in the logs' path, options as above.
void CheckSlurmPlan(const SlurmPlan& plan);

// stages.sh (unless there are no stages), runs.sh, finish.sh, and the lists of run folders that they read; with more
// arrays also stages-2.sh, runs-2.sh, ... Checks the plan.
std::vector<SlurmScript> SlurmScripts(const SlurmPlan& plan);

// Throws InputError when they cannot be written. Lists and scripts are replaced; make the folder's name new for every
// submission while older jobs may still read theirs.
void WriteSlurmScripts(const SlurmPlan& plan);

// Runs a program and returns what it prints. Throws InputError when it fails.
using CommandRunner = std::function<std::string(const std::vector<std::string>&)>;
std::string RunCommand(const std::vector<std::string>& command);

// Submits the written scripts; the jobs' numbers, for people.
std::string SubmitToSlurm(const SlurmPlan& plan, const CommandRunner& run);

}  // namespace suite
