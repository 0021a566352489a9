#include "datasets/teachers/server_message.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

using nlohmann::json;

TEST(ServerMessage, FindsWhatTheServerSays) {
  for (const std::string body :
       {R"({"error": {"message": "full", "code": 503}})", R"({"error": "full"})", R"({"message": "full"})",
        R"({"object": "error", "message": "full"})", R"({"detail": "full"})", R"({"detail": [{"msg": "full"}]})",
        R"({"success": false, "errors": [{"code": 1, "message": "full"}]})", "full"}) {
    EXPECT_EQ(ServerMessage(body), "full") << body;
  }
  EXPECT_EQ(ServerMessage("{}"), "{}");
  EXPECT_EQ(ServerMessage(std::string(300, 'a')), std::string(200, 'a') + "...");
}

TEST(ErrorIn, TellsErrorsFromAnswers) {
  EXPECT_EQ(ErrorIn(json::parse(R"({"error": {"message": "full"}, "choices": [{}]})")), "full");
  EXPECT_EQ(ErrorIn(json::parse(R"({"error": "full"})")), "full");
  EXPECT_EQ(ErrorIn(json::parse(R"({"object": "error", "message": "full"})")), "full");
  EXPECT_EQ(ErrorIn(json::parse(R"({"error": {"code": 17}})")), R"({"code":17})");
  for (const std::string answer : {R"({"error": null})", R"({"error": ""})", R"({"error": {}})", R"({"error": false})",
                                   R"({"choices": [], "message": "hi"})", "[]", "3"}) {
    EXPECT_FALSE(ErrorIn(json::parse(answer))) << answer;
  }
}

}  // namespace
}  // namespace suite
