#include "models/tokenizer/chat_template.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "base/files.h"

namespace suite {
namespace {

std::string Folder(const std::string& name) {
  const std::string folder = testing::TempDir() + "/" + name;
  std::filesystem::create_directories(folder);
  return folder;
}

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

TEST(ChatTemplate, IsRecognisedByItsText) {
  EXPECT_EQ(RecognizeChatTemplate(kMiniatureChatTemplateJinja, "x").name, "miniature");
  EXPECT_EQ(RecognizeChatTemplate(std::string(kMiniatureChatTemplateJinja) + "\n", "x").name, "miniature");
  try {
    RecognizeChatTemplate("{{ messages }}", "folder/chat_template.jinja");
    FAIL() << "an unknown template was accepted";
  } catch (const InputError& error) {
    const std::string what = error.what();
    EXPECT_EQ(what.find("folder/chat_template.jinja: the chat template with SHA-256 "), 0u) << what;
    EXPECT_NE(what.find("llama-3.2"), std::string::npos) << what;
  }
}

// Bare ChatML has no default system message.
TEST(ChatTemplate, FoldersHoldItInOneOfTwoFiles) {
  const std::string jinja =
      "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + "
      "'\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
  const std::string with_file = Folder("with_file");
  WriteFileAtomically(with_file + "/chat_template.jinja", jinja);
  const ChatTemplate chat = ReadChatTemplate(with_file);
  EXPECT_EQ(RenderChat(chat, {{"user", " a"}}, true), "<|im_start|>user\n a<|im_end|>\n<|im_start|>assistant\n");

  const std::string with_key = Folder("with_key");
  WriteFileAtomically(with_key + "/tokenizer_config.json", R"({"chat_template": "{{ other }}"})");
  EXPECT_THROW(ReadChatTemplate(with_key), InputError);
  WriteFileAtomically(with_key + "/tokenizer_config.json", "{}");
  EXPECT_THROW(ReadChatTemplate(with_key), InputError);
  EXPECT_THROW(ReadChatTemplate(Folder("empty")), InputError);
}

}  // namespace
}  // namespace suite
