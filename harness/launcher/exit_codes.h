// What the exit code of a worker or of an experiment says to who started it: a shell, the worker pool, SLURM.
#pragma once

namespace suite {

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;    // a run failed, or the machine did
inline constexpr int kExitBadInput = 2;  // flags, config or data that cannot be used
// Worker: another process of this run was lost, and that one's end says why. The lowest of the codes above
// kExitBadInput: srun gives the highest of its tasks' codes, and must not hide a kExitRequeue behind this one.
inline constexpr int kExitPeerLost = 3;
inline constexpr int kExitBusy = 73;  // worker: another process works on this run
// Stopped on request (SIGTERM, SIGUSR1, SIGINT, SIGHUP) with everything saved: start it again and it goes on.
// EX_TEMPFAIL of sysexits.h.
inline constexpr int kExitRequeue = 75;

}  // namespace suite
