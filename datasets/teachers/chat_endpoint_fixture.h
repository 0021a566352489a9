// What the tests of ChatEndpoint share: questions "q0", "q1", ..., a server that follows a script, and a cache folder.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"
#include "datasets/teachers/chat_endpoint.h"
#include "datasets/teachers/endpoint.h"
#include "datasets/teachers/failure_report.h"
#include "datasets/teachers/mock_chat.h"
#include "datasets/teachers/mock_server.h"

namespace suite {

// What came of questions.
struct Answered {
  std::vector<std::string> answers;
  std::vector<std::optional<Failure>> failures;
  EndpointUsage usage;
};

// Counts how often each question came, and answers by a rule.
class Script {
 public:
  using Reply = std::function<MockReply(const std::string& question, int times_before)>;
  explicit Script(Reply reply) : reply_(std::move(reply)) {}

  MockReply operator()(const MockRequest& request) {
    const std::string question = LastMessage(request);
    int before = 0;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      before = asked_[question]++;
    }
    return reply_(question, before);
  }

  int asked(const std::string& question) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return asked_[question];
  }

 private:
  Reply reply_;
  std::mutex mutex_;
  std::map<std::string, int> asked_;
};

// Asks, with a cache folder of the test's own.
class ChatEndpointTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cache_ = ::testing::TempDir() + "/chat_" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(cache_);
  }

  static Answered Ask(ChatEndpoint* chat, int64_t count) {
    Answered result;
    result.failures = AskQuestions(chat, count, &result.answers);
    result.usage = chat->usage();
    return result;
  }

  Answered Ask(const ChatSettings& settings, int64_t count) {
    ChatEndpoint chat(settings, "teacher");
    return Ask(&chat, count);
  }

  std::string EveryFile() const {
    std::string all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(cache_)) {
      all += entry.path().string() + "\n";
      if (entry.is_regular_file()) all += ReadFile(entry.path().string());
    }
    return all;
  }

  std::string cache_;
};

// The right answer.
inline MockReply Re(const std::string& question) { return ChatReply("re " + question); }

inline void ExpectAllAnswered(const Answered& result) {
  for (size_t i = 0; i < result.answers.size(); ++i) {
    EXPECT_FALSE(result.failures[i]) << FailureText(*result.failures[i]);
    EXPECT_EQ(result.answers[i], "re q" + std::to_string(i));
  }
}

}  // namespace suite
