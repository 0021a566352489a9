#include "harness/launcher/signal_watch.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>

#include "base/check.h"

namespace suite {
namespace {

// A handler gets no context, so the pipe's write end is global.
std::atomic<int> watch_fd{-1};
static_assert(std::atomic<int>::is_always_lock_free, "read in a signal handler");

void OnSignal(int signal) {
  const int saved_errno = errno;
  const auto byte = static_cast<unsigned char>(signal);
  // A full pipe means that signals are waiting already; there is nothing to add and nothing to be done.
  [[maybe_unused]] const ssize_t written = write(watch_fd.load(), &byte, 1);
  errno = saved_errno;
}

}  // namespace

SignalWatch::SignalWatch() {
  SUITE_CHECK_EQ(watch_fd.load(), -1);
  if (pipe2(ends_, O_CLOEXEC | O_NONBLOCK) != 0) {
    throw std::system_error(errno, std::generic_category(), "no pipe for signals");
  }
  watch_fd = ends_[1];
  handlers_.emplace(&OnSignal);
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
