// What one process does where several work on one run, whoever started them (harness/distributed/process_rank.h); a
// single process goes the same way.
//
// Work is a child process of a launcher: the shared stages of one run (--worker=stages) or the run itself
// (--worker=run).
//
// RunInGroup is the whole experiment, started several times over by torchrun, srun or mpirun: these processes are the
// ones that train, each run of the experiment together, one after another. No child processes and no SLURM jobs of our
// own are started; the first process shows progress and writes the report.
//
//   SHARDS="--set run.threads=4 --set run.stage_threads=4"
//   torchrun --no-python --standalone --nproc-per-node=4 bazel-bin/experiments/quickstart $SHARDS
//   srun --ntasks=4 --kill-on-bad-exit=1 bazel-bin/experiments/quickstart $SHARDS
//   mpirun -n 4 bazel-bin/experiments/quickstart $SHARDS
//
// run.threads counts the shards that a step's work is cut into, for all processes together, and run.stage_threads those
// of the shared stages: results depend on them and not on the number of processes. With run.device = cuda each process
// has the GPU of its local rank. run.processes does not count here: it is for launchers. When one process ends, all do,
// with exit code 1; started again, they go on from the last checkpoint.
#pragma once

#include <string>
#include <vector>

#include "experiments/bench_flags.h"
#include "harness/config/experiment.h"
#include "harness/distributed/process_rank.h"

namespace suite {

// What the environment tells, and the GPU of this process among those it sees.
ProcessRank RankOfThisProcess();

// The exit code (harness/launcher/exit_codes.h); kExitPeerLost when another process of the group has ended.
int Work(const BenchFlags& flags, const std::vector<std::string>& argv);

// The exit code of this process. Throws GroupError when another one is lost, InputError for what cannot be used.
int RunInGroup(const BenchFlags& flags, const Experiment& experiment, const ProcessRank& process,
               const std::vector<std::string>& argv);

}  // namespace suite
