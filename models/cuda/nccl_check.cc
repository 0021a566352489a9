// Proves that the NCCL path compiles, links and starts; with a GPU it also sums one number over a group of one.
//
//   ./bazelw run --config=cuda //models/cuda:nccl_check
//
// Exit status 0 also where there is no GPU: then the process group says so.
#include <ATen/ops/ones.h>
#include <nccl.h>

#include <iostream>
#include <torch/csrc/distributed/c10d/HashStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#include <vector>

namespace {

void SumOverOne() {
  auto store = c10::make_intrusive<c10d::HashStore>();
  auto group = c10::make_intrusive<c10d::ProcessGroupNCCL>(store, /*rank=*/0, /*size=*/1);
  std::vector<at::Tensor> numbers = {at::ones({1}, at::TensorOptions(at::kCUDA))};
  group->allreduce(numbers)->wait();
  std::cout << "all-reduce over one rank: " << numbers[0].item<float>() << std::endl;
}

}  // namespace

int main() {
  int version = 0;
  if (ncclGetVersion(&version) != ncclSuccess) return 1;
  std::cout << "NCCL " << version << " is linked" << std::endl;
  try {
    SumOverOne();
  } catch (const std::exception& error) {
    const std::string what = error.what();
    std::cout << "no process group: " << what.substr(0, what.find('\n')) << std::endl;
    return what.find("no GPUs found") == std::string::npos ? 1 : 0;
  }
  return 0;
}
