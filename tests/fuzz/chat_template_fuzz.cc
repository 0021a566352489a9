// A chat template, and the content of messages rendered by the known ones.
#include <cstddef>
#include <cstdint>
#include <string>

#include "models/tokenizer/chat_template.h"
#include "models/tokenizer/known_chat_templates.h"
#include "tests/fuzz/hostile_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text = suite::fuzz::TextOf(data, size);
  suite::ChatTemplate chat = suite::MiniatureChatTemplate();
  suite::fuzz::OnlyInputError([&] { chat = suite::RecognizeChatTemplate(text, "chat_template.jinja"); });
  for (const bool trims : {false, true}) {
    chat.trims_content = trims;
    suite::fuzz::OnlyInputError([&] { suite::RenderChat(chat, {{"user", text}, {"assistant", text}}, true); });
    suite::fuzz::OnlyInputError([&] { suite::RenderChat(chat, {{text, "a role of any name"}}, false); });
  }
  return 0;
}
