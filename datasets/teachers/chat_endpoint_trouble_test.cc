// Everything that can go wrong between a question and its answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/files.h"
#include "base/testing/error_of.h"
#include "datasets/teachers/chat_endpoint.h"
#include "datasets/teachers/chat_endpoint_fixture.h"
#include "datasets/teachers/failure_report.h"
#include "datasets/teachers/mock_chat.h"
#include "datasets/teachers/mock_server.h"

namespace suite {
namespace {

using ::testing::HasSubstr;

TEST_F(ChatEndpointTest, EqualQuestionsThatFailAreAskedOnceToo) {
  MockServer server([](const MockRequest&) { return MockReply{400, R"({"error": {"message": "no"}})"}; });
  ChatEndpoint chat(MockChatSettings(server.url(), cache_), "teacher");
  const auto failures = chat.Ask(
      5,
      [](int64_t) {
        return std::vector<PromptMessage>{{"user", "the same"}};
      },
      [](int64_t, const std::string&) { return std::string(); });
  EXPECT_EQ(server.requests(), 1);
  for (const auto& failure : failures) {
    ASSERT_TRUE(failure);
    EXPECT_EQ(FailureText(*failure), "refused: status 400: no");
  }
  EXPECT_EQ(chat.usage().failed, 5);
}

// Each kind of trouble happens once to every question of its kind; then the answer comes.
TEST_F(ChatEndpointTest, PassingTroubleLosesNothingAndAsksNothingTwice) {
  const std::vector<MockReply> troubles = {
      {429, R"({"error": {"message": "slow down"}})"},
      {429, "{}", {"Retry-After: 1"}},
      {500, "oops"},
      {200, Re("q").body, {}, MockFault::kCutWithin},
      {200, R"({"choices": [{"mess)"},
      {200, R"({"object": "something else"})"},
      {503, "", {"Retry-After: 1"}},
  };
  Script script([&](const std::string& question, int before) {
    const size_t kind = std::stoul(question.substr(1)) % (troubles.size() + 1);
    return before == 0 && kind < troubles.size() ? troubles[kind] : Re(question);
  });
  MockServer server([&](const MockRequest& request) { return script(request); });
  const ChatSettings settings = MockChatSettings(server.url(), cache_);
  const Answered result = Ask(settings, 24);
  ExpectAllAnswered(result);
  EXPECT_EQ(result.usage.asked, 24);
  EXPECT_EQ(result.usage.retried, 21);
  EXPECT_EQ(result.usage.failed, 0);
  EXPECT_EQ(server.requests(), 45);
  for (int i = 0; i < 24; ++i) EXPECT_EQ(script.asked("q" + std::to_string(i)), i % 8 == 7 ? 1 : 2) << i;
  Ask(settings, 24);
  EXPECT_EQ(server.requests(), 45);
}

TEST_F(ChatEndpointTest, AConnectionCutBeforeTheAnswerIsTriedAgain) {
  Script script([](const std::string& question, int before) {
    return before == 0 ? MockReply{200, "", {}, MockFault::kCutBefore} : Re(question);
  });
  MockServer server([&](const MockRequest& request) { return script(request); });
  const Answered result = Ask(MockChatSettings(server.url(), cache_), 6);
  ExpectAllAnswered(result);
  EXPECT_EQ(server.requests(), 12);
}

TEST_F(ChatEndpointTest, ASlowAnswerTimesOutAndIsTriedAgain) {
  Script script([](const std::string& question, int before) {
    return before == 0 ? MockReply{200, "", {}, MockFault::kHang} : Re(question);
  });
  MockServer server([&](const MockRequest& request) { return script(request); });
  ChatSettings settings = MockChatSettings(server.url(), cache_);
  settings.endpoint.timeout_seconds = 2;
  const Answered result = Ask(settings, 1);
  ExpectAllAnswered(result);
  EXPECT_EQ(result.usage.retried, server.requests() - 1);
  EXPECT_GE(result.usage.retried, 1);
}

// Nested so deep that writing it out would overflow the stack.
constexpr int kDeep = 1000000;

MockReply LastingTrouble(const std::string& question, int /*times_before*/) {
  if (question == "q1") return {429, R"({"error": {"message": "too many"}})"};
  if (question == "q2") return {500, R"({"error": "broken"})"};
  if (question == "q3") return {200, Re("x").body, {}, MockFault::kCutWithin};
  if (question == "q4") return {200, "<html>"};
  if (question == "q5") return {200, "[]"};
  if (question == "q6") return {400, R"({"error": {"message": "too long"}})"};
  if (question == "q7") return {429, "", {"Retry-After: 4000"}};
  if (question == "q8") return ChatReply("bad form");
  if (question == "q9") {
    return {200, "{\"x\": " + std::string(kDeep, '[') + std::string(kDeep, ']') + ", " + Re("x").body.substr(1)};
  }
  return Re(question);
}

TEST_F(ChatEndpointTest, LastingTroubleIsNamedAndTheOthersGoOn) {
  Script script(LastingTrouble);
  MockServer server([&](const MockRequest& request) { return script(request); });
  const ChatSettings settings = MockChatSettings(server.url(), cache_);
  const Answered result = Ask(settings, 12);
  const std::vector<std::string> expected = {
      "rate_limited: status 429: too many (tries: 4)",
      "server_error: status 500: broken (tries: 4)",
      "",
      "invalid_json: not JSON: <html> (tries: 4)",
      "invalid_response: no choices[0] in the response (tries: 4)",
      "refused: status 400: too long",
      "rate_limited: status 429:  (the server asks to wait for 4000 s)",
      "wrong_form: it begins with 'bad' (attempts: 3)",
      "invalid_json: not JSON: {\"x\": " + std::string(194, '[') + "... (tries: 4)"};
  for (size_t i = 0; i < expected.size(); ++i) {
    ASSERT_TRUE(result.failures[i + 1]);
    const std::string text = FailureText(*result.failures[i + 1]);
    EXPECT_TRUE(expected[i].empty() || text == expected[i]) << text;
  }
  EXPECT_EQ(result.failures[3]->kind, FailureKind::kConnection);
  for (const size_t i : {0u, 10u, 11u}) EXPECT_EQ(result.answers[i], "re q" + std::to_string(i));
  EXPECT_EQ(result.usage.failed, 9);
  EXPECT_EQ(result.usage.wrong_form, 3);

  // Once more: what was answered, be it in the wrong form, is not asked again; what had failed on the way is.
  const int64_t before = server.requests();
  const Answered again = Ask(settings, 12);
  EXPECT_EQ(server.requests() - before, 6 * 4 + 1 + 1);
  EXPECT_EQ(script.asked("q0"), 1);
  EXPECT_EQ(script.asked("q8"), 3);
  for (size_t i = 0; i < 12; ++i) EXPECT_EQ(result.failures[i].has_value(), again.failures[i].has_value());
  EXPECT_EQ(FailureText(*again.failures[8]), FailureText(*result.failures[8]));
}

TEST_F(ChatEndpointTest, AWrongFormIsAskedAgainWithTheNextSeed) {
  Script script([](const std::string& question, int before) { return before < 2 ? ChatReply("bad") : Re(question); });
  MockServer server([&](const MockRequest& request) { return script(request); });
  const ChatSettings settings = MockChatSettings(server.url(), cache_);
  ExpectAllAnswered(Ask(settings, 1));
  std::vector<int> seeds;
  for (const MockRequest& request : server.received()) seeds.push_back(nlohmann::json::parse(request.body)["seed"]);
  EXPECT_EQ(seeds, (std::vector<int>{0, 1, 2}));
  const Answered again = Ask(settings, 1);
  ExpectAllAnswered(again);
  EXPECT_EQ(server.requests(), 3);
  EXPECT_EQ(again.usage.from_cache, 3);
}

TEST_F(ChatEndpointTest, ARefusalOrACutAnswerIsAWrongForm) {
  Script script([](const std::string& question, int) -> MockReply {
    if (question == "q0") {
      return {200, R"({"choices": [{"finish_reason": "content_filter", "message": {"content": null}}]})"};
    }
    return {200, R"({"choices": [{"finish_reason": "length", "message": {"content": "re q1"}}]})"};
  });
  MockServer server([&](const MockRequest& request) { return script(request); });
  const Answered result = Ask(MockChatSettings(server.url(), cache_), 2);
  EXPECT_EQ(FailureText(*result.failures[0]), "wrong_form: no text (finish_reason \"content_filter\") (attempts: 3)");
  EXPECT_EQ(FailureText(*result.failures[1]), "wrong_form: cut off at max_tokens (attempts: 3)");
}

TEST_F(ChatEndpointTest, ALostNetworkEndsTheRunSoonAndLosesNothing) {
  std::string url;
  {
    MockServer server([](const MockRequest& request) { return Re(LastMessage(request)); });
    url = server.url();
    ExpectAllAnswered(Ask(MockChatSettings(url, cache_), 30));
  }  // nobody listens now
  ChatSettings settings = MockChatSettings(url, cache_);
  settings.endpoint.retries = 1;
  settings.endpoint.give_up_after = 10;
  settings.endpoint.concurrency = 2;
  const Answered result = Ask(settings, 1000);
  for (size_t i = 0; i < 30; ++i) EXPECT_EQ(result.answers[i], "re q" + std::to_string(i));
  EXPECT_EQ(result.failures[30]->kind, FailureKind::kConnection);
  EXPECT_EQ(result.failures[999]->kind, FailureKind::kNotAsked);
  EXPECT_THAT(result.failures[999]->reason, HasSubstr("10 questions in a row had failed, the last by connection: "));
  EXPECT_EQ(result.usage.failed, 970);
  EXPECT_LE(result.usage.asked, 12);
}

TEST_F(ChatEndpointTest, RetryAfterHoldsAllRequestsBack) {
  Script script([](const std::string& question, int before) -> MockReply {
    if (question == "q0" && before == 0) return {429, "", {"Retry-After: 2"}};
    // Answered well after q0 was turned away, so that its place is free while q0 waits.
    if (question == "q1") std::this_thread::sleep_for(std::chrono::milliseconds(500));
    return Re(question);
  });
  MockServer server([&](const MockRequest& request) { return script(request); });
  ChatSettings settings = MockChatSettings(server.url(), cache_);
  settings.endpoint.concurrency = 2;
  settings.endpoint.backoff_seconds = 0;
  settings.endpoint.max_backoff_seconds = 0;
  ExpectAllAnswered(Ask(settings, 4));
  const std::vector<double> arrivals = server.arrivals();
  ASSERT_EQ(arrivals.size(), 5u);
  EXPECT_GE(arrivals[2] - arrivals[0], 1.9);
}

TEST_F(ChatEndpointTest, RetryAfterMayBeADate) {
  MockServer server([](const MockRequest&) {
    return MockReply{503, "", {"Retry-After: Fri, 01 Jan 2100 00:00:00 GMT"}};
  });
  const Answered result = Ask(MockChatSettings(server.url(), cache_), 1);
  ASSERT_TRUE(result.failures[0]);
  EXPECT_THAT(FailureText(*result.failures[0]), HasSubstr("server_error: status 503:  (the server asks to wait for "));
  EXPECT_EQ(server.requests(), 1);
}

TEST_F(ChatEndpointTest, AnUnknownModelIsOneClearError) {
  MockServer server([](const MockRequest&) { return MockReply{404, R"({"error": {"message": "no model 'mock'"}})"}; });
  EXPECT_THAT(ErrorOf([&] { Ask(MockChatSettings(server.url(), cache_), 100); }),
              HasSubstr("status 404: no model 'mock'; allowed: a url and a model ('mock')"));
}

TEST_F(ChatEndpointTest, ADamagedAnswerIsAskedAgainAndCounted) {
  MockServer server([](const MockRequest& request) { return Re(LastMessage(request)); });
  const ChatSettings settings = MockChatSettings(server.url(), cache_);
  Ask(settings, 3);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(cache_)) {
    if (!entry.is_regular_file()) continue;
    const std::string bytes = ReadFile(entry.path().string());
    if (bytes.find("re q1") == std::string::npos) continue;
    WriteFileAtomically(entry.path().string(), bytes.substr(0, bytes.size() / 2));
  }
  const Answered result = Ask(settings, 3);
  ExpectAllAnswered(result);
  EXPECT_EQ(result.usage.damaged, 1);
  EXPECT_EQ(server.requests(), 4);
  EXPECT_EQ(Ask(settings, 3).usage.from_cache, 3);
}

}  // namespace
}  // namespace suite
