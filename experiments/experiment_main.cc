#include "experiments/experiment_main.h"

#include <exception>
#include <iostream>

#include "base/allocator.h"
#include "base/error.h"
#include "base/standard_streams.h"
#include "harness/launcher/exit_codes.h"

namespace suite {

int ExperimentMain(int (*run)(int argc, char** argv), int argc, char** argv) {
  KeepFreedMemory();
  KeepFewKernels();
  OpenStandardStreams();
  try {
    const int code = run(argc, argv);
    if (code == kExitDone) FinishOutput();
    return code;
  } catch (const InputError& error) {
    std::cerr << "error: " << error.what() << std::endl;
    return kExitBadInput;
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << std::endl;
    return kExitFailed;
  }
}

}  // namespace suite
