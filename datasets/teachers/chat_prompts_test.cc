#include "datasets/teachers/chat_teacher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "datasets/teachers/judgement_answer.h"
#include "datasets/teachers/list_answer.h"

namespace suite {
namespace {

using ::testing::HasSubstr;

Conversation Example() {
  Conversation conversation;
  conversation.id = "train/0";
  conversation.turns = {{"user", "I loved Heat (1995)."}, {"assistant", "What else?"}, {"user", "Something tense."}};
  return conversation;
}

TEST(ChatPromptsTest, RecommendPromptHoldsTheTurnsInOrderAndTheLength) {
  const auto messages = RecommendPrompt(Example(), 20);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].role, "system");
  EXPECT_EQ(messages[1].role, "user");
  EXPECT_THAT(messages[1].content,
              HasSubstr("[user] I loved Heat (1995).\n[assistant] What else?\n[user] Something tense.\n"));
  EXPECT_THAT(messages[1].content, HasSubstr("exactly 20 films"));
  EXPECT_THAT(messages[1].content, HasSubstr("\nTitle (Year)\n"));
}

TEST(ChatPromptsTest, JudgePromptNumbersTheCandidates) {
  const auto messages = JudgePrompt(Example(), {{"Alien", 1979}, {"Ran", 1985}});
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_THAT(messages[1].content, HasSubstr("\n1. Alien (1979)\n2. Ran (1985)\n"));
  EXPECT_THAT(messages[1].content, HasSubstr("one JSON array of 2 integers"));
}

TEST(ReadRecommendationTest, TakesTheFirstItemsOfTheList) {
  const std::string answer = "1. Heat (1995)\n2. **Alien** (1979) - tense\n3. Ran (1985)";
  EXPECT_EQ(ReadRecommendation(answer, 2).items, (std::vector<Item>{{"Heat", 1995}, {"Alien", 1979}}));
  EXPECT_EQ(ReadRecommendation(answer, 3).items.size(), 3u);
  EXPECT_EQ(ReadRecommendation("Here you go:\n\n" + answer, 3).error, "");
}

TEST(ReadRecommendationTest, WhatIsWrongIsNamed) {
  EXPECT_EQ(ReadRecommendation("Heat (1995)\nAlien", 2).error, "1 of 2 lines of \"Title (Year)\"");
  EXPECT_EQ(ReadRecommendation("", 20).error, "0 of 20 lines of \"Title (Year)\"");
  EXPECT_EQ(ReadRecommendation("I cannot help with that.", 1).error, "0 of 1 lines of \"Title (Year)\"");
  EXPECT_EQ(ReadRecommendation("Heat (1995)\n(500) (2009)", 2).error, "line 2 has no title");
  EXPECT_TRUE(ReadRecommendation("Heat (1995)\nAlien", 2).items.empty());
}

TEST(ReadJudgementsTest, ReadsAnArrayOrOneIntegerALine) {
  const std::vector<int> expected = {2, -1, 0};
  for (const std::string answer : {"[2, -1, 0]", " [2,-1,0]\n", "```json\n[2, -1, 0]\n```", "```\n2\n-1\n0\n```",
                                   "2\n-1\n0", "+2\r\n\n -1 \n0\n"}) {
    const TeacherJudgement judgement = ReadJudgements(answer, 3);
    EXPECT_EQ(judgement.error, "") << answer;
    EXPECT_EQ(judgement.judgements, expected) << answer;
  }
}

TEST(ReadJudgementsTest, AnythingElseIsWrong) {
  EXPECT_EQ(ReadJudgements("[2, -1]", 3).error, "2 judgements for 3 candidates");
  EXPECT_EQ(ReadJudgements("2\n-1\n0\n1", 3).error, "4 judgements for 3 candidates");
  EXPECT_EQ(ReadJudgements("[2, -1, 3]", 3).error, "judgement 3 is no integer from -2 to 2");
  EXPECT_EQ(ReadJudgements("[2, -1, 1.0]", 3).error, "judgement 1.0 is no integer from -2 to 2");
  EXPECT_EQ(ReadJudgements("[2, -1, 18446744073709551615]", 3).error,
            "judgement 18446744073709551615 is no integer from -2 to 2");
  EXPECT_EQ(ReadJudgements("[2, -1, \"0\"]", 3).error, "judgement \"0\" is no integer from -2 to 2");
  for (const std::string answer : {"", "Sure: [2, -1, 0]", "[2, -1, 0", "[2, -1, 0] done", "2, -1, 0",
                                   "1. 2\n2. -1\n3. 0", "two\n-1\n0", "{\"1\": 2}", "--1\n0\n0", "+-1\n0\n0"}) {
    const TeacherJudgement judgement = ReadJudgements(answer, 3);
    EXPECT_NE(judgement.error, "") << answer;
    EXPECT_TRUE(judgement.judgements.empty()) << answer;
  }
}

}  // namespace
}  // namespace suite
