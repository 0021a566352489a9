// One rank of several_processes_test.cc: one whole run.
//
//   run_rank OUT DTYPE CUT        CUT as train_rank's; prints the run's store
#include <iostream>
#include <string>

#include "harness/config/tiny_run.h"
#include "harness/distributed/process_group.h"
#include "harness/run/run.h"

namespace suite {
namespace {

int Main(const std::string& out, const std::string& dtype, const std::string& cut) {
  RunConfig config = TinyRun();
  config.run.threads = config.run.stage_threads = 4;
  config.run.dtype = dtype;
  config.sft.demonstrations = "ground_truth";
  config.sft.accumulation = cut == "whole" ? 1 : 2;
  config.sft.validate_every = 2;
  config.rl.prompts_per_step = 5;
  config.rl.steps = 3;
  config.eval.every = 2;
  if (cut == "bytes") config.rl.activation_bytes = 1;
  if (cut == "prompts") config.rl.micro_batch_prompts = 4;
  CheckConsistent(config);
  const auto group = JoinProcesses(ReadProcessRank(SystemEnvironment()), at::kCPU);
  RunOptions options;
  options.group = group.get();
  const RunFolders folders = {out + "/runs", out + "/cache"};
  ExecuteRun(
      config, folders, {}, [](const WorkerReport&) {}, options);
  group->Barrier("end");
  std::cout << "store " << StorePath(folders, config) << std::endl;
  return 0;
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  try {
    return suite::Main(argv[1], argv[2], argv[3]);
  } catch (const std::exception& error) {
    std::cout << "error: " << error.what() << std::endl;
    return 1;
  }
}
