#include "models/tokenizer/known_chat_templates.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/testing/error_of.h"
#include "base/testing/golden.h"
#include "models/tokenizer/chat_template.h"
#include "models/tokenizer/jinja_key.h"

namespace suite {
namespace {

using nlohmann::json;

const char* kChatMl =
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + "
    "'\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

std::string Folder(const std::string& name) {
  const std::string folder = testing::TempDir() + "/" + name;
  std::filesystem::create_directories(folder);
  return folder;
}

// What Jinja wrote for the published programs (make_known_templates.py), to the byte.
TEST(KnownChatTemplates, WriteWhatJinjaWrites) {
  const auto golden = ReadGolden("chat_template_texts.json");
  if (!golden) GTEST_SKIP() << MissingGolden("chat_template_texts.json");
  std::vector<std::string> names;
  for (const auto& [name, texts] : golden->at("texts").items()) {
    const ChatTemplate chat = NamedChatTemplate(name);
    names.push_back(name);
    for (size_t i = 0; i < texts.size(); ++i) {
      if (texts[i].is_null()) continue;
      const json& one = golden->at("conversations")[i];
      std::vector<ChatMessage> messages;
      for (const json& message : one["messages"]) messages.push_back({message["role"], message["content"]});
      EXPECT_EQ(RenderChat(chat, messages, one["add_generation_prompt"]), texts[i].get<std::string>()) << name << i;
    }
  }
  for (const char* name : {"chatml", "llama-3.2", "qwen2.5", "qwen3", "smollm2"}) {
    EXPECT_NE(std::find(names.begin(), names.end(), name), names.end()) << name;
  }
}

TEST(KnownChatTemplates, AreRecognisedByTheirPrograms) {
  EXPECT_EQ(RecognizeChatTemplate(kMiniatureChatTemplateJinja, "x").name, "miniature");
  EXPECT_EQ(RecognizeChatTemplate(std::string(kMiniatureChatTemplateJinja) + "\n", "x").name, "miniature");
  EXPECT_EQ(RecognizeChatTemplate(kChatMl, "x").name, "chatml");
  // The programs written for folders without one.
  for (const std::string& name : ChatTemplateNames()) {
    EXPECT_EQ(RecognizeChatTemplate(ChatTemplateJinja(NamedChatTemplate(name)), "x").name, name);
  }
}

TEST(KnownChatTemplates, UnknownAndMissingOnesSayWhatToDo) {
  const std::string names = "chatml, llama-3.2, miniature, qwen2.5, qwen3, smollm2";
  EXPECT_EQ(ErrorOf([] { RecognizeChatTemplate("{{ messages }}", "folder/chat_template.jinja"); }),
            "folder/chat_template.jinja: the chat template with SHA-256 "
            "f24189f08c85a1eb19a737306c3a13e85462ee33d964f28108d64a2485fa2171 is not known; allowed: that of " +
                names + ", or the one that writes the same as policy.chat_template");
  EXPECT_EQ(
      ErrorOf([] { RecognizeChatTemplate("", "the base policy"); }),
      "the base policy: has no chat template; allowed: policy.chat_template = plain, for a base model, or the one "
      "it was trained with: " +
          names);
}

// Bare ChatML has no default system message.
TEST(KnownChatTemplates, FoldersHoldItInOneOfTwoFiles) {
  const std::string with_file = Folder("with_file");
  WriteFileAtomically(with_file + "/chat_template.jinja", kChatMl);
  const ChatTemplate chat = ReadChatTemplate(with_file);
  EXPECT_EQ(RenderChat(chat, {{"user", " a"}}, true), "<|im_start|>user\n a<|im_end|>\n<|im_start|>assistant\n");

  const std::string with_key = Folder("with_key");
  WriteFileAtomically(with_key + "/tokenizer_config.json", R"({"chat_template": "{{ other }}"})");
  EXPECT_THROW(ReadChatTemplate(with_key), InputError);
  WriteFileAtomically(with_key + "/tokenizer_config.json", "{}");
  EXPECT_THROW(ReadChatTemplate(with_key), InputError);
  EXPECT_THROW(ReadChatTemplate(Folder("empty")), InputError);
}

TEST(PlainChatTemplate, LabelsTurns) {
  const ChatTemplate chat = PlainChatTemplate("<s>", "</s>");
  EXPECT_EQ(RenderChat(chat, {{"system", "Be brief."}, {"user", "a"}, {"assistant", "b"}, {"user", "c"}}, true),
            "<s>Be brief.\n\nUser:\na\n\nAssistant:\nb</s>\n\nUser:\nc\n\nAssistant:\n");
}

TEST(JinjaKey, PassesOverCommentsMarksAndWhiteSpace) {
  const std::string key = JinjaKey("{% for m in messages %}{{ '\\n' + m.role }}{% endfor %}");
  EXPECT_EQ(key.size(), 64u);
  for (const char* same :
       {"{#- a note -#}\n{%- for m in messages %}{{ '\\n' + m.role }}{% endfor %}\n",
        "{%for m  in\tmessages%}\n{{'\\n'+m.role}}{%endfor%}",
        "{% for m in messages -%}\n  {{- '\n' + m.role }}{% endfor %}",
        "{% for m in messages %}{% generation %}{{ '\\n' + m . role -}}  {% endgeneration %}{% endfor %}",
        "{% for m in messages %}\r\n    {# a note #}\r\n{{ '\\n' + m.role }}{% endfor %}"}) {
    EXPECT_EQ(JinjaKey(same), key) << same;
  }
  for (const char* other : {"{% for m in messages %} {{ '\\n' + m.role }}{% endfor %}",
                            "{% for m in messages %}{{ ' \\n' + m.role }}{% endfor %}",
                            "{% for m in messages %}\n\n{{ '\\n' + m.role }}{% endfor %}",
                            "{% form in messages %}{{ '\\n' + m.role }}{% endfor %}",
                            "{% for m in messages +%}\n{{ '\\n' + m.role }}{% endfor %}",
                            "{% for m in messages %}{{ '\\\n' + m.role }}{% endfor %}"}) {
    EXPECT_NE(JinjaKey(other), key) << other;
  }
  for (const char* broken : {"{{ 'a }}", "{% if", "{# a", "{{ {'a': 1 }}", "{% raw %}{{ a }}{% endraw %}"}) {
    EXPECT_EQ(JinjaKey(broken), "") << broken;
  }
}

}  // namespace
}  // namespace suite
