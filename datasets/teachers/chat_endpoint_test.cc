#include "datasets/teachers/chat_endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/files.h"
#include "base/testing/error_of.h"
#include "datasets/teachers/chat_endpoint_fixture.h"
#include "datasets/teachers/mock_chat.h"
#include "datasets/teachers/mock_server.h"

namespace suite {
namespace {

using ::testing::HasSubstr;

TEST_F(ChatEndpointTest, SendsWhatTheProtocolAsksForAndCountsTokens) {
  MockServer server([](const MockRequest& request) { return Re(LastMessage(request)); });
  ChatSettings settings = MockChatSettings(server.url(), cache_);
  settings.endpoint.concurrency = 1;  // so that q0 is the first to arrive
  settings.temperature = 0.5;
  settings.max_tokens = 77;
  settings.seed = 40;
  settings.endpoint.price_per_million_input = 1000;
  settings.endpoint.price_per_million_output = 10000;
  const Answered result = Ask(settings, 3);
  ExpectAllAnswered(result);
  ASSERT_EQ(server.requests(), 3);
  const MockRequest request = server.received()[0];
  EXPECT_EQ(request.path, "/v1/chat/completions");
  EXPECT_EQ(request.headers.at("content-type"), "application/json");
  EXPECT_EQ(request.headers.count("authorization"), 0u);
  EXPECT_EQ(nlohmann::json::parse(request.body),
            nlohmann::json::parse(R"({"model": "mock", "temperature": 0.5, "max_tokens": 77, "seed": 40,
                                      "messages": [{"role": "user", "content": "q0"}]})"));
  EXPECT_EQ(result.usage.asked, 3);
  EXPECT_EQ(result.usage.input_tokens, 30);
  EXPECT_EQ(result.usage.output_tokens, 15);
  EXPECT_DOUBLE_EQ(result.usage.cost, 0.03 + 0.15);
}

TEST_F(ChatEndpointTest, LeavesOutWhatIsNotSetAndRenamesMaxTokens) {
  MockServer server([](const MockRequest& request) { return Re(LastMessage(request)); });
  ChatSettings settings = MockChatSettings(server.url(), cache_);
  settings.temperature.reset();
  settings.seed.reset();
  settings.max_tokens_field = "max_completion_tokens";
  Ask(settings, 1);
  EXPECT_EQ(nlohmann::json::parse(server.received().at(0).body),
            nlohmann::json::parse(R"({"model": "mock", "max_completion_tokens": 2048,
                                      "messages": [{"role": "user", "content": "q0"}]})"));
}

TEST_F(ChatEndpointTest, ASecondRunAsksNothingAndReturnsTheSame) {
  MockServer server([](const MockRequest& request) { return Re(LastMessage(request)); });
  const ChatSettings settings = MockChatSettings(server.url(), cache_);
  Ask(settings, 50);
  const Answered again = Ask(settings, 50);
  ExpectAllAnswered(again);
  EXPECT_EQ(server.requests(), 50);
  EXPECT_EQ(again.usage.asked, 0);
  EXPECT_EQ(again.usage.from_cache, 50);
  EXPECT_EQ(again.usage.input_tokens, 0);
  EXPECT_EQ(again.usage.cached_input_tokens, 500);
}

TEST_F(ChatEndpointTest, AnotherTemperatureIsAnotherQuestion) {
  MockServer server([](const MockRequest& request) { return Re(LastMessage(request)); });
  ChatSettings settings = MockChatSettings(server.url(), cache_);
  Ask(settings, 2);
  settings.temperature = 1;
  Ask(settings, 2);
  EXPECT_EQ(server.requests(), 4);
}

TEST_F(ChatEndpointTest, EqualQuestionsAreAskedOnce) {
  MockServer server([](const MockRequest& request) { return Re(LastMessage(request)); });
  ChatEndpoint chat(MockChatSettings(server.url(), cache_), "teacher");
  int read = 0;
  chat.Ask(
      20,
      [](int64_t) {
        return std::vector<PromptMessage>{{"user", "the same"}};
      },
      [&](int64_t, const std::string& answer) {
        EXPECT_EQ(answer, "re the same");
        ++read;
        return std::string();
      });
  EXPECT_EQ(read, 20);
  EXPECT_EQ(server.requests(), 1);
  EXPECT_EQ(chat.usage().from_cache, 19);
}

TEST_F(ChatEndpointTest, AsManyAtOnceAsConfiguredAndNotOneMore) {
  std::mutex mutex;
  std::condition_variable changed;
  int inside = 0;
  MockServer server([&](const MockRequest& request) {
    std::unique_lock<std::mutex> lock(mutex);
    ++inside;
    changed.notify_all();
    // The first five wait for each other, and a little longer for a sixth that must not come.
    EXPECT_TRUE(changed.wait_for(lock, std::chrono::seconds(30), [&] { return inside >= 5; }));
    lock.unlock();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return Re(LastMessage(request));
  });
  ChatSettings settings = MockChatSettings(server.url(), cache_);
  settings.endpoint.concurrency = 5;
  ExpectAllAnswered(Ask(settings, 60));
  EXPECT_EQ(server.most_at_once(), 5);
}

TEST_F(ChatEndpointTest, TheRateIsKept) {
  MockServer server([](const MockRequest& request) { return Re(LastMessage(request)); });
  ChatSettings settings = MockChatSettings(server.url(), cache_);
  settings.endpoint.requests_per_minute = 1200;  // one each 50 ms
  ChatEndpoint chat(settings, "teacher");
  Ask(&chat, 10);
  Ask(&chat, 21);  // the rate goes on from one call to the next
  const std::vector<double> arrivals = server.arrivals();
  ASSERT_EQ(arrivals.size(), 21u);
  // 20 gaps make a second; the first request may have been late by what opening a connection takes.
  EXPECT_GE(arrivals.back() - arrivals.front(), 0.75);
}

TEST_F(ChatEndpointTest, ProgressCountsUpToTheEnd) {
  MockServer server([](const MockRequest& request) { return Re(LastMessage(request)); });
  ChatEndpoint chat(MockChatSettings(server.url(), cache_), "teacher");
  std::vector<int64_t> done;
  chat.set_progress([&](const EndpointProgress& progress) {
    EXPECT_EQ(progress.count, 9);
    EXPECT_LE(progress.usage->asked, 9);
    done.push_back(progress.done);
  });
  Ask(&chat, 9);
  EXPECT_EQ(done, (std::vector<int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST_F(ChatEndpointTest, BadSettingsAreOneClearError) {
  const auto error_of = [&](const std::function<void(ChatSettings*)>& change) -> std::string {
    ChatSettings settings = MockChatSettings("http://127.0.0.1:1", cache_);
    change(&settings);
    return ErrorOf([&] { ChatEndpoint chat(settings, "teacher"); });
  };
  EXPECT_EQ(error_of([](ChatSettings* s) { s->temperature = 3; }), "teacher.temperature: 3; allowed: 0 to 2");
  EXPECT_EQ(error_of([](ChatSettings* s) { s->max_tokens = 0; }), "teacher.max_tokens: 0; allowed: 1 to 10000000");
  EXPECT_EQ(error_of([](ChatSettings* s) { s->attempts = 0; }), "teacher.attempts: 0; allowed: 1 to 100");
  EXPECT_THAT(error_of([](ChatSettings* s) { s->max_tokens_field = "max_token"; }), HasSubstr("'max_tokens'?"));
  EXPECT_THAT(error_of([](ChatSettings* s) { s->endpoint.key_variable = "SUITE_NOT_SET"; }),
              HasSubstr("the environment variable SUITE_NOT_SET is not set"));
  WriteFileAtomically(cache_ + ".file", "");
  EXPECT_THAT(error_of([&](ChatSettings* s) { s->endpoint.cache_folder = cache_ + ".file"; }),
              HasSubstr("cannot be made"));
}

}  // namespace
}  // namespace suite
