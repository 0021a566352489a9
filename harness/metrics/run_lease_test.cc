#include "harness/metrics/run_lease.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

namespace suite {
namespace {

std::string Path(const std::string& name) { return std::string(std::getenv("TEST_TMPDIR")) + "/" + name; }

std::string TextOfFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

void Write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

void Sleep(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

// A child that takes the lease and then waits to be killed; returns when it has it.
pid_t ChildWithLease(const std::string& path, const LeaseOptions& options = {}) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    std::string holder;
    const auto lease = RunLease::Take(path, options, &holder);
    const char byte = lease ? 'y' : 'n';
    if (write(ends[1], &byte, 1) != 1) _exit(1);
    while (true) pause();
  }
  char byte = 0;
  EXPECT_EQ(read(ends[0], &byte, 1), 1);
  EXPECT_EQ(byte, 'y');
  close(ends[0]);
  close(ends[1]);
  return child;
}

TEST(RunLease, IsHeldByOneAndGivenBack) {
  std::string holder;
  EXPECT_EQ(LookAtLease(Path("one")).state, LeaseState::kFree);
  auto lease = RunLease::Take(Path("one"), {}, &holder);
  ASSERT_NE(lease, nullptr);
  EXPECT_EQ(lease->replaced(), "");
  EXPECT_EQ(LookAtLease(Path("one")).state, LeaseState::kLive);
  EXPECT_EQ(LookAtLease(Path("one")).holder.pid, getpid());
  EXPECT_EQ(RunLease::Take(Path("one"), {}, &holder), nullptr);
  EXPECT_NE(holder.find("process " + std::to_string(getpid())), std::string::npos) << holder;
  lease.reset();
  EXPECT_EQ(LookAtLease(Path("one")).state, LeaseState::kFree);
  EXPECT_NE(RunLease::Take(Path("one"), {}, &holder), nullptr);
}

TEST(RunLease, OfADeadProcessOfThisMachineIsTakenOverAtOnce) {
  const pid_t child = ChildWithLease(Path("dead"));
  std::string holder;
  EXPECT_EQ(RunLease::Take(Path("dead"), {}, &holder), nullptr);
  kill(child, SIGKILL);
  // A zombie holds nothing either.
  while (LookAtLease(Path("dead")).state == LeaseState::kLive) Sleep(0.01);
  const auto lease = RunLease::Take(Path("dead"), {}, &holder);
  waitpid(child, nullptr, 0);
  ASSERT_NE(lease, nullptr);
  EXPECT_NE(lease->replaced().find("process " + std::to_string(child)), std::string::npos);
}

TEST(RunLease, OfALaterProcessWithTheSameNumberIsStale) {
  std::string holder;
  auto lease = RunLease::Take(Path("reused"), {}, &holder);
  const std::string text = TextOfFile(Path("reused"));
  lease.reset();
  Write(Path("reused"), std::regex_replace(text, std::regex("pid_started [0-9]+"), "pid_started 1"));
  EXPECT_EQ(LookAtLease(Path("reused")).state, LeaseState::kStale);
}

TEST(RunLease, OfAnotherMachineIsStaleWhenItsHeartIsStill) {
  std::string holder;
  auto lease = RunLease::Take(Path("far"), {}, &holder);
  std::string text = TextOfFile(Path("far"));
  lease.reset();
  // The same process number means nothing there.
  text = std::regex_replace(text, std::regex("machine .*"), "machine other-boot pid:[1]");
  text = std::regex_replace(text, std::regex("pid [0-9]+"), "pid 999999999");
  Write(Path("far"), text);
  EXPECT_EQ(LookAtLease(Path("far")).state, LeaseState::kLive);
  EXPECT_EQ(RunLease::Take(Path("far"), {}, &holder), nullptr);
  char beat[32];
  const auto seconds_ago = [&](int age) {
    std::snprintf(beat, sizeof(beat), "heartbeat_unix_s %012lld", static_cast<long long>(time(nullptr) - age));
    return std::regex_replace(text, std::regex("heartbeat_unix_s [0-9]+"), beat);
  };
  Write(Path("far"), seconds_ago(290));
  EXPECT_EQ(LookAtLease(Path("far")).state, LeaseState::kLive);
  Write(Path("far"), seconds_ago(310));
  EXPECT_EQ(LookAtLease(Path("far")).state, LeaseState::kStale);
  EXPECT_NE(RunLease::Take(Path("far"), {}, &holder), nullptr);
}

TEST(RunLease, BeatsAndNoticesThatItWasTakenOver) {
  std::string holder;
  const LeaseOptions options = {0.05, 300};
  auto lease = RunLease::Take(Path("beat"), options, &holder);
  const std::string text = TextOfFile(Path("beat"));
  Write(Path("beat"), std::regex_replace(text, std::regex("heartbeat_unix_s [0-9]+"), "heartbeat_unix_s 000000000007"));
  for (int i = 0; i < 200 && LookAtLease(Path("beat")).holder.heartbeat_unix_s == 7; ++i) Sleep(0.02);
  EXPECT_GT(LookAtLease(Path("beat")).holder.heartbeat_unix_s, 7);
  EXPECT_FALSE(lease->lost());
  const std::string theirs = std::regex_replace(text, std::regex("pid [0-9]+"), "pid 1");
  Write(Path("beat"), theirs);
  for (int i = 0; i < 200 && !lease->lost(); ++i) Sleep(0.02);
  EXPECT_TRUE(lease->lost());
  lease.reset();
  EXPECT_EQ(TextOfFile(Path("beat")), theirs) << "another's lease is not removed";
}

TEST(RunLease, AHalfWrittenFileIsFree) {
  Write(Path("half"), "host a\npid 3");
  EXPECT_EQ(LookAtLease(Path("half")).state, LeaseState::kFree);
  std::string holder;
  EXPECT_NE(RunLease::Take(Path("half"), {}, &holder), nullptr);
}

// Sixteen processes race for a stale lease, many times: exactly one gets it each time.
TEST(RunLease, ARaceHasOneWinner) {
  for (int round = 0; round < 20; ++round) {
    const std::string path = Path("race" + std::to_string(round));
    Write(path, "host a\nmachine b\npid 1\npid_started 1\ntaken_unix_s 1\nheartbeat_unix_s 000000000001\n");
    int ends[2], start[2];
    ASSERT_EQ(pipe(ends), 0);
    ASSERT_EQ(pipe(start), 0);
    std::vector<pid_t> children;
    for (int i = 0; i < 16; ++i) {
      children.push_back(fork());
      if (children.back() != 0) continue;
      char byte;
      close(start[1]);
      if (read(start[0], &byte, 1) != 0) _exit(1);  // returns at the close below
      std::string holder;
      const auto lease = RunLease::Take(path, {}, &holder);
      byte = lease ? 'y' : 'n';
      if (write(ends[1], &byte, 1) != 1) _exit(1);
      while (true) pause();
    }
    close(start[0]);
    close(start[1]);
    int winners = 0;
    for (int i = 0; i < 16; ++i) {
      char byte = 0;
      ASSERT_EQ(read(ends[0], &byte, 1), 1);
      winners += byte == 'y';
    }
    EXPECT_EQ(winners, 1);
    for (const pid_t child : children) kill(child, SIGKILL);
    for (const pid_t child : children) waitpid(child, nullptr, 0);
    close(ends[0]);
    close(ends[1]);
  }
}

}  // namespace
}  // namespace suite
