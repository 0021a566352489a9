// The key goes to the server and nowhere else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "base/testing/error_of.h"
#include "datasets/teachers/chat_endpoint.h"
#include "datasets/teachers/chat_endpoint_fixture.h"
#include "datasets/teachers/failure_report.h"
#include "datasets/teachers/mock_chat.h"
#include "datasets/teachers/mock_server.h"

namespace suite {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kKey[] = "sk-abcd/1234\"secret";

// The key as JSON may write it.
constexpr char kEscaped[] = R"(sk-abcd\/1234\"secret)";

// Letter by letter: "\\u0073\\u006b...".
std::string Spelled() {
  std::string spelled;
  for (const char* c = kKey; *c != '\0'; ++c) {
    char text[16];
    std::snprintf(text, sizeof text, "\\u%04x", static_cast<unsigned>(*c));
    spelled += text;
  }
  return spelled;
}

MockReply Completion(const std::string& content) {
  return {200, R"({"choices": [{"finish_reason": "stop", "message": {"content": ")" + content + "\"}}]}"};
}

// A server that tells the key in every place where it can.
MockReply Echo(const std::string& question) {
  if (question == "q0") return Completion(std::string("your key is ") + kEscaped);
  if (question == "q1") return Completion("your key is " + Spelled());
  if (question == "q2") {
    return {400, std::string(R"({"error": {"message": "Incorrect API key: )") + kEscaped + "\"}}"};
  }
  if (question == "q3") return {400, R"({"error": {"message": ")" + Spelled() + "\"}}"};
  if (question == "q4") return {500, std::string(190, 'x') + kKey};
  if (question == "q5") return {200, std::string("not JSON ") + kKey};
  if (question == "q6") return {200, "not JSON " + Spelled()};
  return Completion(std::string("bad ") + kEscaped);
}

TEST_F(ChatEndpointTest, TheKeyGoesToTheServerAndNowhereElse) {
  setenv("SUITE_TEST_KEY", kKey, 1);
  Script script([](const std::string& question, int) { return Echo(question); });
  MockServer server([&](const MockRequest& request) { return script(request); });
  ChatSettings settings = MockChatSettings(server.url(), cache_);
  settings.endpoint.key_variable = "SUITE_TEST_KEY";
  ChatEndpoint chat(settings, "teacher");
  const Answered result = Ask(&chat, 8);
  for (const MockRequest& request : server.received()) {
    EXPECT_EQ(request.headers.at("authorization"), std::string("Bearer ") + kKey);
  }
  EXPECT_EQ(result.answers[0], "your key is [key]");
  EXPECT_EQ(result.answers[1], "your key is [key]");
  std::string everything = EveryFile() + chat.Identity() + EndpointUsageText(result.usage);
  for (const auto& failure : result.failures) everything += failure ? FailureText(*failure) : "";
  EXPECT_THAT(everything, HasSubstr("your key is [key]"));
  EXPECT_THAT(everything, HasSubstr("Incorrect API key: [key]"));
  EXPECT_THAT(everything, HasSubstr("not JSON: (withheld: escapes might hide the key)"));
  for (const std::string& form : {std::string("sk-abcd"), std::string("secret"), Spelled().substr(0, 12)}) {
    EXPECT_THAT(everything, Not(HasSubstr(form)));
  }

  // The key is in no hash: another key finds the same answers.
  const int64_t before = server.requests();
  setenv("SUITE_TEST_KEY", "another-key", 1);
  const Answered again = Ask(settings, 2);
  EXPECT_EQ(again.usage.from_cache, 2);
  EXPECT_EQ(server.requests(), before);
}

TEST_F(ChatEndpointTest, AWrongKeyIsOneClearErrorWithoutTheKey) {
  setenv("SUITE_TEST_KEY", kKey, 1);
  MockServer server([](const MockRequest& request) {
    return MockReply{401, "You sent " + request.headers.at("authorization")};
  });
  ChatSettings settings = MockChatSettings(server.url(), cache_);
  settings.endpoint.key_variable = "SUITE_TEST_KEY";
  EXPECT_EQ(ErrorOf([&] { Ask(settings, 100); }),
            server.url() +
                "/v1/chat/completions: status 401: You sent Bearer [key]; allowed: a valid key in the environment "
                "variable that key_variable names (SUITE_TEST_KEY)");
  EXPECT_LE(server.requests(), settings.endpoint.concurrency);
}

TEST_F(ChatEndpointTest, ARedirectIsNotFollowed) {
  MockServer other([](const MockRequest&) { return Re("elsewhere"); });
  MockServer server([&](const MockRequest&) { return MockReply{307, "", {"Location: " + other.url() + "/v1"}}; });
  const Answered result = Ask(MockChatSettings(server.url(), cache_), 1);
  ASSERT_TRUE(result.failures[0]);
  EXPECT_EQ(result.failures[0]->kind, FailureKind::kRefused);
  EXPECT_EQ(other.requests(), 0);
}

}  // namespace
}  // namespace suite
