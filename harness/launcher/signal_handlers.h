// One handler for the signals that ask a program to end, and what was there before put back at the end.
//
//   SignalHandlers handlers(&OnSignal);        // SIGINT, SIGTERM, SIGHUP, SIGUSR1
//
// A signal that is ignored on purpose (nohup) stays ignored.
#pragma once

#include <array>
#include <csignal>

namespace suite {

class SignalHandlers {
 public:
  explicit SignalHandlers(void (*handler)(int signal));
  ~SignalHandlers();
  SignalHandlers(const SignalHandlers&) = delete;
  SignalHandlers& operator=(const SignalHandlers&) = delete;

 private:
  static constexpr std::array<int, 4> kSignals = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};

  std::array<struct sigaction, kSignals.size()> before_;
};

}  // namespace suite
