// A request to stop that is obeyed at a good moment: finish the step, save, exit with kExitRequeue.
//
//   StopSignals signals;                               // in main of a worker
//   while (step < steps) {
//     Step();
//     if (StopRequested()) { Save(); throw StoppedOnRequest(); }
//   }
//
// The signals are SIGTERM (a launcher or a cluster ends the process), SIGUSR1 (a cluster's time limit is near), SIGINT
// and SIGHUP (the user or the terminal). One that is ignored on purpose (nohup) stays ignored.
#pragma once

#include <optional>
#include <stdexcept>

#include "harness/launcher/signal_handlers.h"

namespace suite {

// The first signal that came since StopSignals was made; 0: none.
int StopRequested();

// Everything is saved; the process should exit with kExitRequeue.
class StoppedOnRequest : public std::runtime_error {
 public:
  StoppedOnRequest() : std::runtime_error("stopped on request; saved, and goes on when it is started again") {}
};

// Handlers for as long as it lives. One at a time in a process.
class StopSignals {
 public:
  StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  std::optional<SignalHandlers> handlers_;
};

}  // namespace suite
