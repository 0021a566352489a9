// Conversations rendered by transformers' apply_chat_template, exactly.
#include <gtest/gtest.h>

#include <filesystem>

#include "base/testing/golden.h"
#include "models/tokenizer/chat_template.h"
#include "models/tokenizer/golden_tokenizers.h"
#include "models/tokenizer/known_chat_templates.h"

namespace suite {
namespace {

using nlohmann::json;

std::vector<ChatMessage> Messages(const json& list) {
  std::vector<ChatMessage> messages;
  for (const json& message : list) {
    messages.push_back({message.at("role").get<std::string>(), message.at("content").get<std::string>()});
  }
  return messages;
}

TEST(ChatTemplateGolden, EveryCase) {
  const auto golden = ReadGolden("chat_templates.json");
  if (!golden) GTEST_SKIP() << MissingGolden("chat_templates.json");
  ASSERT_GT(golden->at("models").size(), 0u);
  for (const auto& [name, model] : golden->at("models").items()) {
    const ChatTemplate chat = RecognizeChatTemplate(model.at("chat_template").get<std::string>(), name);
    EXPECT_EQ(chat.name, name);
    ASSERT_GT(model.at("cases").size(), 0u);
    std::string missing;
    const auto tokenizer = ReadSharedTokenizer(name, &missing);
    for (const json& one : model.at("cases")) {
      SCOPED_TRACE(name + " " + one.at("name").get<std::string>());
      const std::string text = RenderChat(chat, Messages(one.at("messages")), one.at("add_generation_prompt"));
      EXPECT_EQ(text, one.at("text").get<std::string>());
      if (!tokenizer) continue;
      EXPECT_EQ(tokenizer->Encode(text), Ids(one.at("ids")));
    }
  }
}

TEST(ChatTemplateGolden, FoldersOfTheModels) {
  const char* shared = std::getenv("SUITE_SHARED_DIR");
  const std::string folder = std::string(shared == nullptr ? "" : shared) + "/tokenizers";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << folder << " is not there";
  for (const char* name : {"llama-3.2", "qwen2.5", "smollm2"}) {
    EXPECT_EQ(ReadChatTemplate(folder + "/" + name).name, name);
  }
}

TEST(ChatTemplateGolden, PromptsOfTheTrainer) {
  const auto golden = ReadGolden("end_to_end/golden.json");
  if (!golden) GTEST_SKIP() << MissingGolden("end_to_end/golden.json");
  const ChatTemplate chat = ReadChatTemplate(*FindGolden("end_to_end/llama"));
  const json& prompts = golden->at("prompts");
  ASSERT_GT(prompts.size(), 0u);
  for (size_t i = 0; i < prompts.size(); ++i) {
    const std::string text = RenderChat(chat, {{"user", prompts[i].get<std::string>()}}, true);
    EXPECT_EQ(text, golden->at("prompt_text")[i].get<std::string>());
  }
}

}  // namespace
}  // namespace suite
