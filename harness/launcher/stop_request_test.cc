#include "harness/launcher/stop_request.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

TEST(StopRequest, RemembersTheFirstSignal) {
  for (const int signal : {SIGTERM, SIGUSR1, SIGINT, SIGHUP}) {
    const StopSignals signals;
    EXPECT_EQ(StopRequested(), 0);
    raise(signal);
    EXPECT_EQ(StopRequested(), signal);
    raise(SIGTERM);
    EXPECT_EQ(StopRequested(), signal);
  }
}

TEST(StopRequest, LeavesWhatIsIgnoredOnPurposeAndPutsHandlersBack) {
  std::signal(SIGHUP, SIG_IGN);
  {
    const StopSignals signals;
    raise(SIGHUP);
    EXPECT_EQ(StopRequested(), 0);
  }
  struct sigaction now {};
  sigaction(SIGTERM, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_DFL);
  sigaction(SIGHUP, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_IGN);
}

}  // namespace
}  // namespace suite
