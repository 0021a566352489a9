#include "experiments/experiment_main.h"

#include <exception>
#include <iostream>
#include <new>
#include <string>

#include "base/allocator.h"
#include "base/error.h"
#include "base/standard_streams.h"
#include "harness/launcher/exit_codes.h"
#include "harness/launcher/stop_request.h"
#include "harness/memory/tensor_pool.h"

namespace suite {

namespace {

// Without the call stack that LibTorch adds; and an allocation that failed, with what can be done.
std::string InPlainWords(const std::exception& error) {
  const std::string text = error.what(), words = text.substr(0, text.find("\nException raised from "));
  const bool memory = dynamic_cast<const std::bad_alloc*>(&error) || text.find("not enough memory") != text.npos ||
                      text.find("out of memory") != text.npos;
  if (!memory) return words;
  return "out of memory: smaller batches need less, and --plan shows what a run needs (" + words + ")";
}

}  // namespace

int ExperimentMain(int (*run)(int argc, char** argv), int argc, char** argv) {
  KeepFreedMemory();
  KeepFewKernels();
  PoolLargeTensors();
  OpenStandardStreams();
  try {
    const int code = run(argc, argv);
    if (code == kExitDone) FinishOutput();
    return code;
  } catch (const InputError& error) {
    std::cerr << "error: " << error.what() << std::endl;
    return kExitBadInput;
  } catch (const StoppedOnRequest& stopped) {
    std::cerr << stopped.what() << std::endl;
    return kExitRequeue;
  } catch (const std::exception& error) {
    std::cerr << "error: " << InPlainWords(error) << std::endl;
    return kExitFailed;
  }
}

}  // namespace suite
