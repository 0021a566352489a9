// A process that asks is killed in the middle, or shares its cache with another.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <sstream>

#include "base/files.h"
#include "datasets/teachers/mock_chat.h"
#include "datasets/teachers/mock_server.h"

namespace suite {
namespace {

constexpr int kConcurrency = 8;

struct Child {
  pid_t pid = 0;
  std::string output;  // path
};

class ResumeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = ::testing::TempDir() + "/resume_" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }

  Child Start(const std::string& url, int count) {
    Child child;
    child.output = folder_ + "/output_" + std::to_string(++started_);
    const std::string cache = folder_ + "/cache";
    const std::string count_text = std::to_string(count);
    const std::string concurrency = std::to_string(kConcurrency);
    // Only calls that are safe between fork and exec: the server's threads may hold any lock.
    child.pid = fork();
    if (child.pid == 0) {
      const int output = open(child.output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
      if (output < 0 || dup2(output, STDOUT_FILENO) < 0) _exit(3);
      execl("datasets/teachers/ask_mock", "ask_mock", url.c_str(), cache.c_str(), count_text.c_str(),
            concurrency.c_str(), nullptr);
      _exit(4);
    }
    return child;
  }

  // Status as waitpid gives it.
  static int Wait(const Child& child) {
    int status = 0;
    EXPECT_EQ(waitpid(child.pid, &status, 0), child.pid);
    return status;
  }

  // asked, retried, from_cache
  static std::vector<int> Counts(const Child& child) {
    std::istringstream text(ReadFile(child.output));
    std::vector<int> counts;
    for (int count; text >> count;) counts.push_back(count);
    return counts;
  }

  std::string folder_;
  int started_ = 0;
};

MockReply Echo(const MockRequest& request) { return ChatReply("re " + LastMessage(request)); }

TEST_F(ResumeTest, AKillInTheMiddleOfAThousandAsksAgainAtMostWhatWasInFlight) {
  MockServer server(Echo);
  const Child killed = Start(server.url(), 1000);
  ASSERT_TRUE(server.WaitForRequests(500));
  kill(killed.pid, SIGKILL);
  const int status = Wait(killed);
  ASSERT_TRUE(WIFSIGNALED(status)) << "it ended before it was killed";
  const int64_t before = server.requests();
  ASSERT_LT(before, 1000);

  const Child resumed = Start(server.url(), 1000);
  ASSERT_EQ(Wait(resumed), 0);
  EXPECT_LE(server.requests(), 1000 + kConcurrency);
  std::map<std::string, int> asked;
  for (const MockRequest& request : server.received()) ++asked[LastMessage(request)];
  EXPECT_EQ(asked.size(), 1000u);
  int twice = 0;
  for (const auto& [question, count] : asked) {
    EXPECT_LE(count, 2) << question;
    twice += count - 1;
  }
  EXPECT_LE(twice, kConcurrency);
  const std::vector<int> counts = Counts(resumed);
  ASSERT_EQ(counts.size(), 3u);
  EXPECT_EQ(counts[0] + counts[2], 1000);
  EXPECT_GE(counts[2], before - kConcurrency);
  RecordProperty("asked_before_the_kill", static_cast<int>(before));
  RecordProperty("asked_twice", twice);

  const int64_t after = server.requests();
  const Child third = Start(server.url(), 1000);
  ASSERT_EQ(Wait(third), 0);
  EXPECT_EQ(server.requests(), after);
  EXPECT_EQ(Counts(third), (std::vector<int>{0, 0, 1000}));
}

TEST_F(ResumeTest, ManyKillsLoseNothing) {
  MockServer server(Echo);
  int kills = 0;
  for (int goal = 20; goal <= 140; goal += 20) {
    const Child child = Start(server.url(), 200);
    ASSERT_TRUE(server.WaitForRequests(goal + kills * kConcurrency));
    kill(child.pid, SIGKILL);
    if (WIFSIGNALED(Wait(child))) ++kills;
  }
  const Child last = Start(server.url(), 200);
  ASSERT_EQ(Wait(last), 0);
  EXPECT_GT(kills, 0);
  EXPECT_LE(server.requests(), 200 + kills * kConcurrency);
}

TEST_F(ResumeTest, TwoProcessesMayShareACache) {
  MockServer server(Echo);
  const Child one = Start(server.url(), 300);
  const Child two = Start(server.url(), 300);
  EXPECT_EQ(Wait(one), 0);
  EXPECT_EQ(Wait(two), 0);
  EXPECT_EQ(Counts(one)[0] + Counts(one)[2], 300);
  EXPECT_EQ(Counts(two)[0] + Counts(two)[2], 300);
  const int64_t asked = server.requests();
  const Child third = Start(server.url(), 300);
  ASSERT_EQ(Wait(third), 0);
  EXPECT_EQ(server.requests(), asked);
}

}  // namespace
}  // namespace suite
