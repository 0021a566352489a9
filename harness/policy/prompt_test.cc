#include "harness/policy/prompt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/testing/error_of.h"
#include "harness/policy/small_policy.h"

namespace suite {
namespace {

class PromptTest : public ::testing::Test {
 protected:
  std::string Text(const Conversation& conversation, const PromptOptions& options) const {
    return policy_.tokenizer.Decode(PromptBuilder(policy_.tokenizer, chat_, options).Ids(conversation));
  }

  static Conversation Dialogue() {
    Conversation dialogue;
    dialogue.turns = {{"user", "Hello"}, {"assistant", "Which films?"}, {"user", "Jaws (1975) öäü"}};
    return dialogue;
  }

  const Policy policy_ = SmallPolicy();
  const ChatTemplate chat_ = MiniatureChatTemplate();
};

TEST_F(PromptTest, WithoutAnInstructionTheTurnsAreTheChat) {
  EXPECT_EQ(Text(Dialogue(), {}), "<|user|>Hello<|assistant|>Which films?<|end|><|user|>Jaws (1975) öäü<|assistant|>");
}

TEST_F(PromptTest, WithOneTheyAreATranscriptAboveIt) {
  EXPECT_EQ(Text(Dialogue(), {"Name 3 films.", 0}),
            "<|user|>Seeker: Hello\nRecommender: Which films?\nSeeker: Jaws (1975) öäü\n\nName 3 films.<|assistant|>");
}

TEST_F(PromptTest, AnAnswerIsClosedAsTheTemplateDoes) {
  const PromptBuilder prompt(policy_.tokenizer, chat_);
  EXPECT_EQ(policy_.tokenizer.Decode(prompt.AnswerIds("Heat (1995)")), "Heat (1995)<|end|>");
}

// Prompts of every length keep the instruction and as much of the end as fits, and never break a character.
TEST_F(PromptTest, TooLongPromptsLoseTheirBeginning) {
  const Conversation dialogue = Dialogue();
  const PromptOptions unlimited = {"Name 3 films.", 0};
  const PromptBuilder whole(policy_.tokenizer, chat_, unlimited);
  const auto length = static_cast<int64_t>(whole.Ids(dialogue).size());
  std::string longer = Text(dialogue, unlimited);
  int64_t shortest = length;
  for (int64_t limit = length; limit > 0; --limit) {
    const PromptBuilder prompt(policy_.tokenizer, chat_, {"Name 3 films.", limit});
    try {
      const std::vector<int64_t> ids = prompt.Ids(dialogue);
      ASSERT_LE(static_cast<int64_t>(ids.size()), limit);
      const std::string text = policy_.tokenizer.Decode(ids);
      EXPECT_LE(text.size(), longer.size());
      EXPECT_NE(text.find("\n\nName 3 films.<|assistant|>"), std::string::npos) << text;
      EXPECT_EQ(text.find("\xEF\xBF\xBD"), std::string::npos) << text;
      longer = text;
      shortest = limit;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find("data.max_prompt_tokens"), std::string::npos);
      break;
    }
  }
  EXPECT_LT(shortest, length - 10);
  EXPECT_EQ(longer, "<|user|>Seeker: \n\nName 3 films.<|assistant|>");
}

// Whatever the positions: what prompt and answer take fits, and more would not.
TEST_F(PromptTest, PromptAndAnswerShareThePositions) {
  const Conversation dialogue = Dialogue();
  const auto whole = static_cast<int64_t>(PromptBuilder(policy_.tokenizer, chat_).Ids(dialogue).size());
  for (const int64_t answer : {1, 2, 10}) {
    const PromptBuilder fits(policy_.tokenizer, chat_, {"", 0, whole + answer - 1, answer});
    EXPECT_EQ(static_cast<int64_t>(fits.Ids(dialogue).size()), whole) << answer;
    const PromptBuilder tight(policy_.tokenizer, chat_, {"", 0, whole + answer - 2, answer});
    EXPECT_LT(static_cast<int64_t>(tight.Ids(dialogue).size()), whole) << answer;
    EXPECT_EQ(tight.IdsBefore(dialogue, answer), tight.Ids(dialogue));
    EXPECT_EQ(tight.IdsBefore(dialogue, answer + 3), fits.IdsBefore(dialogue, answer + 4));
  }
  const PromptBuilder limited(policy_.tokenizer, chat_, {"", 8, 1000, 10});
  EXPECT_LE(limited.Ids(dialogue).size(), 8u) << "the smaller of both limits";
  EXPECT_TRUE(PromptBuilder(policy_.tokenizer, chat_, {"", 0, 20}).HasRoomFor(20));
  EXPECT_FALSE(PromptBuilder(policy_.tokenizer, chat_, {"", 0, 20}).HasRoomFor(21));
  EXPECT_TRUE(PromptBuilder(policy_.tokenizer, chat_).HasRoomFor(1000000));
}

TEST_F(PromptTest, AnInstructionThatThePositionsDoNotHoldSaysSo) {
  const PromptBuilder prompt(policy_.tokenizer, chat_, {"Name 3 films.", 2048, 100, 99});
  EXPECT_THAT(ErrorOf([&] { prompt.Ids(Dialogue()); }),
              ::testing::AllOf(::testing::HasSubstr("the instruction alone takes "),
                               ::testing::HasSubstr("100 positions (max_position_embeddings) leave beside an answer of "
                                                    "99 tokens; allowed: 2 tokens"),
                               ::testing::HasSubstr("rl.max_new_tokens")));
}

}  // namespace
}  // namespace suite
