#include "harness/launcher/stop_request.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>

#include "base/check.h"

namespace suite {
namespace {

// Handlers get no context, so what they touch is global.
std::atomic<int> requested{0}, watch_fd{-1};
static_assert(std::atomic<int>::is_always_lock_free, "used in signal handlers");

void Remember(int signal) {
  int none = 0;
  requested.compare_exchange_strong(none, signal);
}

void WriteToPipe(int signal) {
  const int saved_errno = errno;
  const auto byte = static_cast<unsigned char>(signal);
  // A full pipe means that signals are waiting already; there is nothing to add and nothing to be done.
  [[maybe_unused]] const ssize_t written = write(watch_fd.load(), &byte, 1);
  errno = saved_errno;
}

}  // namespace

SignalHandlers::SignalHandlers(void (*handler)(int signal)) {
  for (size_t i = 0; i < kSignals.size(); ++i) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigaction(kSignals[i], nullptr, &before_[i]);
    if (before_[i].sa_handler != SIG_IGN) sigaction(kSignals[i], &action, nullptr);
  }
}

SignalHandlers::~SignalHandlers() {
  for (size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before_[i], nullptr);
}

int StopRequested() { return requested.load(); }

StopSignals::StopSignals() {
  requested = 0;
  handlers_.emplace(&Remember);
}

SignalWatch::SignalWatch() {
  SUITE_CHECK_EQ(watch_fd.load(), -1);
  if (pipe2(ends_, O_CLOEXEC | O_NONBLOCK) != 0) {
    throw std::system_error(errno, std::generic_category(), "no pipe for signals");
  }
  watch_fd = ends_[1];
  handlers_.emplace(&WriteToPipe);
}

SignalWatch::~SignalWatch() {
  handlers_.reset();
  watch_fd = -1;
  close(ends_[0]);
  close(ends_[1]);
}

std::vector<int> SignalWatch::Take() {
  std::vector<int> signals;
  unsigned char bytes[64];
  for (ssize_t n; (n = read(ends_[0], bytes, sizeof(bytes))) > 0;) signals.insert(signals.end(), bytes, bytes + n);
  return signals;
}

}  // namespace suite
