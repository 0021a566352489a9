#include "harness/launcher/stop_request.h"

#include <atomic>

namespace suite {
namespace {

std::atomic<int> requested{0};
static_assert(std::atomic<int>::is_always_lock_free, "written in a signal handler");

void OnSignal(int signal) {
  int none = 0;
  requested.compare_exchange_strong(none, signal);
}

}  // namespace

int StopRequested() { return requested.load(); }

StopSignals::StopSignals() {
  requested = 0;
  handlers_.emplace(&OnSignal);
}

}  // namespace suite
