// Catches SIGINT, SIGTERM, SIGHUP and SIGUSR1 as long as it lives, so that a loop over poll() can act on them.
//
// Internal to harness/launcher. One at a time in a process. Handlers write to a pipe, so it does not matter which
// thread the kernel picks to deliver a signal.
//
//   SignalWatch signals;
//   poll {signals.fd(), POLLIN}, ...
//   for (int signal : signals.Take()) ...
#pragma once

#include <optional>
#include <vector>

#include "harness/launcher/signal_handlers.h"

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
  int ends_[2];
  std::optional<SignalHandlers> handlers_;
};

}  // namespace suite
