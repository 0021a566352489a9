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
  for (size_t i = 0; i < kSignals.size(); ++i) {
    struct sigaction action {};
    action.sa_handler = OnSignal;
    action.sa_flags = SA_RESTART;
    sigaction(kSignals[i], nullptr, &before_[i]);
    if (before_[i].sa_handler != SIG_IGN) sigaction(kSignals[i], &action, nullptr);
  }
}

StopSignals::~StopSignals() {
  for (size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before_[i], nullptr);
}

}  // namespace suite
