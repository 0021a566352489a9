#include "harness/policy/prompt.h"

#include <gtest/gtest.h>

#include "base/error.h"
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

}  // namespace
}  // namespace suite
