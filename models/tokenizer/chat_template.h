// Conversations as the text that a chat model was trained on.
//
//   const ChatTemplate chat = ReadChatTemplate("models/Qwen2.5-0.5B-Instruct");
//   const std::string prompt = RenderChat(chat, {{"user", "A film?"}}, /*add_generation_prompt=*/true);
//   const auto ids = tokenizer.Encode(prompt);    // the text has its special tokens already: add none
//
// A model folder holds its template as a Jinja program. This is not a Jinja interpreter: a program is recognised by the
// hash of its text, and its meaning for conversations without tools is written down here as data. Known: the templates
// of Llama-3.2-Instruct, Qwen2.5-Instruct and SmolLM2-Instruct, bare ChatML (every message between <|im_start|>role
// and <|im_end|>), and the miniature's own.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suite {

struct ChatMessage {
  std::string role;  // "system", "user" or "assistant"
  std::string content;
};

// How each message is written: turns[role].opening + content + turns[role].closing.
struct ChatTemplate {
  struct Turn {
    std::string opening;
    std::string closing;
  };

  std::string name;
  std::string beginning;                      // before the first message
  std::map<std::string, Turn> turns;          // by role; other roles are errors
  std::optional<std::string> default_system;  // the system message of a conversation that does not begin with one
  std::string system_preamble;                // before the content of the first system message
  bool trims_content = false;                 // white space at both ends is dropped (Python's str.strip)
};

// The conversation's text, ending in the opening of the assistant's turn when `add_generation_prompt`. Throws
// InputError for no messages at all and for a role that the template does not have.
std::string RenderChat(const ChatTemplate& chat, const std::vector<ChatMessage>& messages, bool add_generation_prompt);

// The template of a model folder: chat_template.jinja, or else the key chat_template of tokenizer_config.json. Throws
// InputError when there is none or it is not known.
ChatTemplate ReadChatTemplate(const std::string& folder);

// The template whose Jinja program is `jinja`; one newline at its end does not count, as in Jinja. Throws InputError
// with `where` for an unknown one.
ChatTemplate RecognizeChatTemplate(std::string_view jinja, const std::string& where);

// The miniature's: <|user|>content<|assistant|>content<|end|>, without system messages.
ChatTemplate MiniatureChatTemplate();

// The same as a Jinja program, for the folder of a model trained here (chat_template.jinja).
extern const char* const kMiniatureChatTemplateJinja;

}  // namespace suite
