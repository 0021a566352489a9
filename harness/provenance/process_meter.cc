#include "harness/provenance/process_meter.h"

#include <time.h>

#include <fstream>
#include <sstream>
#include <string>

namespace suite {
namespace {

// "VmHWM:     12345 kB"
int64_t StatusBytes(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.compare(0, name.size() + 1, name + ":") != 0) continue;
    int64_t kilobytes = 0;
    std::istringstream(line.substr(name.size() + 1)) >> kilobytes;
    return kilobytes * 1024;
  }
  return 0;
}

}  // namespace

double ProcessorSeconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

int64_t PeakMemoryBytes() { return StatusBytes("VmHWM"); }

int64_t CurrentMemoryBytes() { return StatusBytes("VmRSS"); }

bool ResetPeakMemory() {
  std::ofstream file("/proc/self/clear_refs");
  file << "5" << std::flush;  // proc(5): 5 resets the peak resident set size
  return file.good();
}

}  // namespace suite
