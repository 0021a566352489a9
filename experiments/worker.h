// What a child process of a launcher does: the shared stages of one run (--worker=stages) or the run itself
// (--worker=run), alone or with the other processes of its group.
#pragma once

#include <string>
#include <vector>

#include "experiments/bench_flags.h"

namespace suite {

// The exit code (harness/launcher/exit_codes.h); kExitPeerLost when another process of the group has ended.
int Work(const BenchFlags& flags, const std::vector<std::string>& argv);

}  // namespace suite
