// The backend for tensors on GPUs. nccl_backend.cc is compiled with --config=cuda, no_nccl_backend.cc otherwise.
#pragma once

#include <chrono>
#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

namespace suite {

// NCCL for the current GPU of this process. Waits block the calling thread, so that a deadline is an exception and not
// the end of the process. Throws InputError when this build has no NCCL.
c10::intrusive_ptr<c10d::Backend> MakeNcclBackend(const c10::intrusive_ptr<c10d::Store>& store, int rank,
                                                  int world_size, std::chrono::milliseconds deadline);

}  // namespace suite
