#include "base/error.h"
#include "harness/distributed/nccl_backend.h"

namespace suite {

c10::intrusive_ptr<c10d::Backend> MakeNcclBackend(const c10::intrusive_ptr<c10d::Store>&, int, int,
                                                  std::chrono::milliseconds) {
  throw InputError("run.device", "cuda, and this program was built without NCCL", "cpu, or a build with --config=cuda");
}

}  // namespace suite
