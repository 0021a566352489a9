#include "models/tokenizer/chat_template.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace suite {
namespace {

TEST(ChatTemplate, Miniature) {
  const ChatTemplate chat = MiniatureChatTemplate();
  EXPECT_EQ(RenderChat(chat, {{"user", "I love Heat."}}, true), "<|user|>I love Heat.<|assistant|>");
  EXPECT_EQ(RenderChat(chat, {{"user", " a "}, {"assistant", "Heat (1995)\n"}, {"user", "b"}}, true),
            "<|user|> a <|assistant|>Heat (1995)\n<|end|><|user|>b<|assistant|>");
  EXPECT_EQ(RenderChat(chat, {{"user", "a"}}, false), "<|user|>a");
}

TEST(ChatTemplate, UnknownRolesAndNoMessagesAreErrors) {
  EXPECT_THROW(RenderChat(MiniatureChatTemplate(), {{"system", "a"}}, true), InputError);
  EXPECT_THROW(RenderChat(MiniatureChatTemplate(), {}, true), InputError);
}

// Thoughts are empty where an answer is to come or is the last message, and dropped from earlier answers.
TEST(ChatTemplate, AnswersAfterAPreamble) {
  ChatTemplate chat = MiniatureChatTemplate();
  chat.answer_preamble = "<think></think>";
  EXPECT_EQ(RenderChat(chat, {{"user", "a"}}, true), "<|user|>a<|assistant|><think></think>");
  EXPECT_EQ(RenderChat(chat, {{"user", "a"}, {"assistant", "<think>hm</think>\n\nHeat"}, {"user", "b"}}, true),
            "<|user|>a<|assistant|>Heat<|end|><|user|>b<|assistant|><think></think>");
  EXPECT_EQ(RenderChat(chat, {{"user", "a"}, {"assistant", "\nHeat"}}, false),
            "<|user|>a<|assistant|><think></think>Heat<|end|>");
}

}  // namespace
}  // namespace suite
