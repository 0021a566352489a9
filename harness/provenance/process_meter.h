// How long and how much: wall time, processor time and peak memory of this process, whole or by phase.
//
//   WallTimer timer;
//   ResetPeakMemory();                        // a new phase; false where the kernel does not allow it
//   Rollout();
//   timer.Seconds();                          // since construction or Restart
//   PeakMemoryBytes() / 1e6;                  // MB of this phase, or of the process when the reset was refused
#pragma once

#include <chrono>
#include <cstdint>

namespace suite {

// Seconds that all processors together have spent on this process so far.
double ProcessorSeconds();

// The largest resident set so far (VmHWM of /proc/self/status), in bytes. 0 when /proc does not tell.
int64_t PeakMemoryBytes();

// The resident set now (VmRSS), in bytes. 0 when /proc does not tell.
int64_t CurrentMemoryBytes();

// Lets PeakMemoryBytes start again from the present resident set.
bool ResetPeakMemory();

class WallTimer {
 public:
  double Seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  void Restart() { start_ = Clock::now(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

}  // namespace suite
