// The signals that ask a program to end, obeyed at a good moment: SIGTERM (a launcher or a cluster ends the process),
// SIGUSR1 (a cluster's time limit is near), SIGINT and SIGHUP (the user or the terminal).
//
// A worker finishes its step, saves and exits with kExitRequeue:
//
//   StopSignals signals;                               // in main
//   while (step < steps) {
//     Step();
//     if (StopRequested()) { Save(); throw StoppedOnRequest(); }
//   }
//
// A loop over poll() is woken by them:
//
//   SignalWatch signals;
//   poll {signals.fd(), POLLIN}, ...
//   for (int signal : signals.Take()) ...
//
// A signal that is ignored on purpose (nohup) stays ignored. One of each class at a time in a process; what was there
// before is put back at its end.
#pragma once

#include <array>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <vector>

namespace suite {

// The first signal that came since StopSignals was made; 0: none.
int StopRequested();

// Everything is saved; the process should exit with kExitRequeue.
class StoppedOnRequest : public std::runtime_error {
 public:
  StoppedOnRequest() : std::runtime_error("stopped on request; saved, and goes on when it is started again") {}
};

// One handler for all four signals, for as long as it lives.
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

class StopSignals {
 public:
  StopSignals();

 private:
  std::optional<SignalHandlers> handlers_;
};

// Handlers write to a pipe, so it does not matter which thread the kernel picks to deliver a signal.
class SignalWatch {
 public:
  // Throws std::system_error when there is no pipe to be had.
  SignalWatch();
  ~SignalWatch();

  // Readable when a signal has come.
  int fd() const { return ends_[0]; }

  // The signals that came since the last call, in order.
  std::vector<int> Take();

 private:
  int ends_[2];
  std::optional<SignalHandlers> handlers_;
};

}  // namespace suite
