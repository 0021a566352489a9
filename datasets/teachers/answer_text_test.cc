#include "datasets/teachers/answer_text.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

using Parts = std::vector<std::string>;

TEST(AnswerText, TakesReasoningOut) {
  for (const std::string answer :
       {"<think>no</think>yes", "<THINK>no</Think>yes", "no</think>yes", "<think></think>no</think>yes",
        "[THINK]no[/THINK]yes", "\u25c1think\u25b7no\u25c1/think\u25b7yes", "<|START_THINKING|>no<|END_THINKING|>yes",
        "<reasoning>no</reasoning>yes", "<seed:think>no</seed:think>yes", "no<answer>yes</answer>",
        "<|channel|>analysis<|message|>no<|channel|>final<|message|>yes<|return|>",
        "<|begin_of_thought|>no<|end_of_thought|><|begin_of_solution|>yes<|end_of_solution|>"}) {
    const AnswerText text = WithoutReasoning(answer);
    EXPECT_EQ(text.text.substr(text.text.find_first_not_of('\n'), 3), "yes") << answer;
    EXPECT_EQ(text.text.find("no"), std::string::npos) << answer;
    ASSERT_EQ(text.reasoning.size(), 1u) << answer;
    EXPECT_EQ(text.reasoning[0].substr(text.reasoning[0].find_first_not_of('\n')), "no") << answer;
    EXPECT_FALSE(text.unfinished) << answer;
  }
}

TEST(AnswerText, KeepsTheOrderOfSeveralParts) {
  const AnswerText text = WithoutReasoning("a<think>1</think>b<think> \n</think>c<thinking>2</thinking>d");
  EXPECT_EQ(text.text, "a\nb\nc\nd");
  EXPECT_EQ(text.reasoning, (Parts{"1", "2"}));
}

TEST(AnswerText, ReasoningWithoutAnEndTakesTheRest) {
  const AnswerText text = WithoutReasoning("a<think>b\nc");
  EXPECT_EQ(text.text, "a\n");
  EXPECT_EQ(text.reasoning, Parts{"b\nc"});
  EXPECT_TRUE(text.unfinished);
  EXPECT_TRUE(WithoutReasoning("<think>").unfinished);
}

TEST(AnswerText, LeavesOtherTextAsItIs) {
  for (const std::string answer : {"", "1. Heat (1995)", "a < b [c] <d> <think", "</thinker> \xff\xe2\x97"}) {
    EXPECT_EQ(WithoutReasoning(answer).text, answer);
    EXPECT_TRUE(WithoutReasoning(answer).reasoning.empty());
  }
}

// Quadratic readings of this would take minutes.
TEST(AnswerText, TakesTimeInProportion) {
  std::string answer;
  for (int i = 0; i < 300000; ++i) answer += "<think><";
  EXPECT_TRUE(WithoutReasoning(answer).unfinished);
  answer.clear();
  for (int i = 0; i < 300000; ++i) answer += "<think>a</think><";
  EXPECT_EQ(WithoutReasoning(answer).reasoning.size(), 300000u);
}

}  // namespace
}  // namespace suite
