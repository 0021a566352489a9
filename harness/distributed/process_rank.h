// ProcessRank: which process of how many this is, and where the others are met, as the program that started it says.
//
//   ProcessRank process = ReadProcessRank(SystemEnvironment());
//   process.rank, process.world_size                       // 0 of 1 when nothing started several
//
// Understood, in this order:
//   torchrun      RANK, WORLD_SIZE, LOCAL_RANK, LOCAL_WORLD_SIZE, MASTER_ADDR, MASTER_PORT; where torchrun serves the
//                 store itself (TORCHELASTIC_USE_AGENT_STORE) no rank does. By hand, the same variables will do.
//                 The worker pool of this program (harness/launcher) sets them too, with SUITE_LAUNCHER for its name
//                 and SUITE_STORE_FD, the listening socket at MASTER_PORT that rank 0 has inherited.
//   mpirun        OMPI_COMM_WORLD_RANK, _SIZE, _LOCAL_RANK, _LOCAL_SIZE (Open MPI)
//   srun          SLURM_PROCID, SLURM_STEP_NUM_TASKS (or SLURM_NTASKS inside a step), SLURM_LOCALID. A batch script
//                 itself is no step and therefore a group of one.
// mpirun and srun give no place to meet. MASTER_ADDR and MASTER_PORT are taken where they are set; else the address is
// this machine when all processes are on it, or the first host of SLURM_STEP_NODELIST, and the port a function of the
// job and step.
//
// SUITE_GROUP_DEADLINE_S, seconds above 0, is how long a rendezvous or a collective may take (600).
//
// Throws InputError naming the variable when one is missing, malformed or out of range.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace suite {

struct ProcessRank {
  int rank = 0;
  int world_size = 1;
  int local_rank = 0;        // among the processes of this machine: the number of its GPU
  int local_world_size = 1;  // processes of this machine
  std::string launcher;      // "torchrun", "srun", "mpirun", "local"; empty in a group of one that nothing started
  std::string address;       // where the store is served; empty in a group of one
  uint16_t port = 0;
  bool agent_store = false;  // the launcher serves the store
  int store_fd = -1;         // rank 0's socket for it, open already; -1: it opens one at `port`
  std::string generation;    // keeps apart a restart and the attempt before it
  std::chrono::milliseconds deadline{600 * 1000};
};

// The value of an environment variable, nothing when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

Environment SystemEnvironment();

ProcessRank ReadProcessRank(const Environment& environment);

// srun may bind each task to a GPU of its own; such a task sees one, whatever its local rank is, and takes it. GPUs are
// counted only where that is in question: counting wakes the driver.
ProcessRank WithOwnGpu(ProcessRank process, const std::function<int()>& count_gpus);

// The first host of a SLURM list: "gpu[03-06,09],login" gives "gpu03".
std::string FirstHost(const std::string& node_list);

}  // namespace suite
