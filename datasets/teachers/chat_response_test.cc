// The forms in which servers give a chat answer, or none, under status 200.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "datasets/teachers/chat_endpoint.h"
#include "datasets/teachers/chat_endpoint_fixture.h"
#include "datasets/teachers/failure_report.h"
#include "datasets/teachers/mock_chat.h"
#include "datasets/teachers/mock_server.h"

namespace suite {
namespace {

using ::testing::HasSubstr;

// A reply whose one choice has this message.
MockReply MessageReply(const std::string& message, const std::string& finish = "stop") {
  return {200, R"({"choices": [{"finish_reason": ")" + finish + R"(", "message": )" + message + "}]}"};
}

// What comes of one question that is answered like this.
Answered AskOnce(const MockReply& reply, const std::string& cache) {
  MockServer server([&](const MockRequest&) { return reply; });
  ChatEndpoint chat(MockChatSettings(server.url(), cache), "teacher");
  Answered result;
  result.failures = AskQuestions(&chat, 1, &result.answers);
  result.usage = chat.usage();
  return result;
}

TEST_F(ChatEndpointTest, AnErrorWithStatus200IsToldAndTriedAgain) {
  for (const std::string body :
       {R"({"error": {"message": "overloaded", "code": 529}})", R"({"error": "overloaded", "choices": [{}]})",
        R"({"object": "error", "message": "overloaded"})"}) {
    const Answered result = AskOnce({200, body}, cache_);
    ASSERT_TRUE(result.failures[0]);
    EXPECT_EQ(FailureText(*result.failures[0]), "server_error: status 200, but an error: overloaded (tries: 4)");
    EXPECT_EQ(result.usage.retried, 3);
  }
  const Answered inside = AskOnce({200, R"({"choices": [{"finish_reason": "error", "error": {"message": "broke"},
                                                         "message": {"content": "1. He"}}]})"},
                                  cache_);
  EXPECT_EQ(FailureText(*inside.failures[0]), "invalid_response: choices[0] is an error: broke (tries: 4)");
}

TEST_F(ChatEndpointTest, APassingErrorWithStatus200LosesNothing) {
  Script script([](const std::string& question, int before) {
    return before == 0 ? MockReply{200, R"({"error": {"message": "overloaded"}})"} : Re(question);
  });
  MockServer server([&](const MockRequest& request) { return script(request); });
  ExpectAllAnswered(Ask(MockChatSettings(server.url(), cache_), 6));
  EXPECT_EQ(server.requests(), 12);
}

TEST_F(ChatEndpointTest, ReasoningInsteadOfAnAnswerIsNamed) {
  for (const std::string content : {"null", "\"\"", "\" \\n\"", "[]"}) {
    const std::string message = "{\"content\": " + content + ", \"reasoning_content\": \"Titanic (1997)\"}";
    const Answered cut = AskOnce(MessageReply(message, "length"), cache_);
    EXPECT_EQ(FailureText(*cut.failures[0]),
              "wrong_form: no text (finish_reason \"length\"), only reasoning_content of 14 bytes: a larger max_tokens "
              "leaves room for the answer (attempts: 3)")
        << content;
    std::filesystem::remove_all(cache_);
  }
  const Answered parsed = AskOnce(MessageReply(R"j({"content": null, "reasoning": "Heat (1995)"})j"), cache_);
  EXPECT_THAT(FailureText(*parsed.failures[0]),
              HasSubstr("only reasoning of 11 bytes: the server took the answer for"));
}

TEST_F(ChatEndpointTest, ReasoningBesideAnAnswerIsNoMatter) {
  ExpectAllAnswered(AskOnce(MessageReply(R"j({"content": "re q0", "reasoning_content": "Hm."})j"), cache_));
}

TEST_F(ChatEndpointTest, ARefusalIsQuoted) {
  const Answered result = AskOnce(MessageReply(R"j({"content": null, "refusal": "I may not."})j"), cache_);
  EXPECT_EQ(FailureText(*result.failures[0]),
            "wrong_form: no text (finish_reason \"stop\"), a refusal: I may not. (attempts: 3)");
}

TEST_F(ChatEndpointTest, ContentMayComeInParts) {
  for (
      const std::string content : {
          R"j([{"type": "text", "text": "re q0"}])j",
          R"j([{"text": "re "}, "q0"])j",
          R"j([{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}, {"type": "text", "text": "re q0"}])j",
          R"j([{"type": "reasoning", "text": "Hm."}, {"type": "output_text", "text": "re q"}, {"text": "0"}])j",
      }) {
    ExpectAllAnswered(AskOnce(MessageReply("{\"content\": " + content + "}"), cache_));
    std::filesystem::remove_all(cache_);
  }
  const Answered none = AskOnce(MessageReply(R"j({"content": [{"type": "image_url"}]})j"), cache_);
  EXPECT_THAT(FailureText(*none.failures[0]), HasSubstr("wrong_form: no text (finish_reason \"stop\")"));
}

}  // namespace
}  // namespace suite
