// Catches SIGINT, SIGTERM, SIGHUP and SIGUSR1 as long as it lives, so that a loop over poll() can act on them.
//
// Internal to harness/launcher. One at a time in a process. Handlers write to a pipe, so it does not matter which
// thread the kernel picks to deliver a signal.
//
//   SignalWatch signals;
//   poll {signals.fd(), POLLIN}, ...
//   for (int signal : signals.Take()) ...
#pragma once

#include <array>
#include <csignal>
#include <vector>

namespace suite {

class SignalWatch {
 public:
  SignalWatch();
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  // Readable when a signal has come.
  int fd() const { return ends_[0]; }

  // The signals that came since the last call, in order.
  std::vector<int> Take();

 private:
  static constexpr std::array<int, 4> kSignals = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};

  int ends_[2];
  std::array<struct sigaction, kSignals.size()> before_;
};

}  // namespace suite
