// The processes that train one policy together, and what they do together: c10d's Gloo for tensors of the CPU, its NCCL
// for those of GPUs (with --config=cuda), behind one interface.
//
//   std::unique_ptr<ProcessGroup> group = JoinProcesses(ReadProcessRank(SystemEnvironment()), at::kCPU);
//   group->set_step(17);
//   group->AllReduce(sum, "token counts");               // in place
//   if (group->rank() == 0) WriteMetrics();
//
// Start the program with any of (process_rank.h says what each tells it)
//   torchrun --no-python --standalone --nproc-per-node=4 PROGRAM ...
//   srun --ntasks=4 --kill-on-bad-exit=1 PROGRAM ...
//   mpirun -n 4 PROGRAM ...
// and a process started alone is a group of one: it opens no socket, and every collective leaves its tensor alone.
//
// All processes make the same calls in the same order. No call lasts longer than the deadline: when one process has
// ended, the others fail at their next collective at once ("Connection closed by peer"); when one hangs, after the
// deadline. Either way the call throws GroupError, which says rank, world size, phase, step, cause and what to do. The
// group is then of no use: save nothing that needs the others, and exit.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/distributed/process_rank.h"

namespace suite {

class GroupError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class ProcessGroup {
 public:
  virtual ~ProcessGroup() = default;

  int rank() const { return process_.rank; }
  int world_size() const { return process_.world_size; }
  const ProcessRank& process() const { return process_; }
  // What errors call the present time; steps count from 0.
  void set_step(int64_t step) { step_ = step; }

  // `phase` names the call in errors: "gradient exchange". Tensors are contiguous, of one shape, dtype and device on
  // all ranks.

  // Sums over ranks, in place; the order of the sum is the backend's own.
  virtual void AllReduce(at::Tensor& tensor, const std::string& phase) = 0;
  // Part r of every rank's `parts` [world_size, n] comes to rank r: its `received` [world_size, n] holds rank s's in
  // row s. A reduce-scatter whose order of addition is the caller's, for the same bytes on the wire.
  virtual void Exchange(const at::Tensor& parts, at::Tensor& received, const std::string& phase) = 0;
  // `all` [world_size, n] holds every rank's `part` [n].
  virtual void AllGather(const at::Tensor& part, at::Tensor& all, const std::string& phase) = 0;
  // Rank `root`'s numbers, in place.
  virtual void Broadcast(at::Tensor& tensor, int root, const std::string& phase) = 0;
  // Returns when all have called it.
  virtual void Barrier(const std::string& phase) = 0;

 protected:
  explicit ProcessGroup(ProcessRank process) : process_(std::move(process)) {}

  ProcessRank process_;
  int64_t step_ = -1;
};

// Meets the other processes. `device` is where tensors will lie: with at::kCUDA NCCL is added, for the current GPU.
// Throws GroupError when they do not come before the deadline, InputError when this build has no NCCL.
std::unique_ptr<ProcessGroup> JoinProcesses(const ProcessRank& process, at::DeviceType device);

// A world of one: this process, which lives as long as the program.
ProcessGroup& SingleProcess();

// The sum over ranks of each rank's `part` of `parts` [world_size, n] (float32 or float64), added in pairs: (0 + 1) +
// (2 + 3) and so on, whatever the backend; an odd one out waits for the next round. `parts` may be overwritten.
at::Tensor ReduceScatter(ProcessGroup& group, const at::Tensor& parts, const std::string& phase);

// Adds rows in that order; returns row 0. `rows` [count, ...] is overwritten.
at::Tensor SumInPairs(at::Tensor rows);

// Every rank's bytes, of any length, by rank.
std::vector<std::string> AllGatherBytes(ProcessGroup& group, const std::string& bytes, const std::string& phase);

// Runs `body` on rank 0 alone, on the calling thread, for work that may take longer than a collective: answers of a
// teacher. The others wait as long as rank 0 lives: a thread of it says so every second, and each word has the deadline
// of a collective, so that a rank 0 that has ended or was stopped is noticed as ever. `body` must not use the group.
// What it throws comes out on rank 0, and as GroupError on the others.
//
//   OnRankZero(*group, "demonstrations of the teacher", [&] { lists = AskTeacher(); });
void OnRankZero(ProcessGroup& group, const std::string& phase, const std::function<void()>& body);

// Throws InputError on every rank, naming ranks and values, unless all give the same `value` of `what`.
void CheckAgreement(ProcessGroup& group, const std::string& what, const std::string& value);

}  // namespace suite
