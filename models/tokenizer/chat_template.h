// Conversations as the text that a chat model was trained on.
//
//   const ChatTemplate chat = ReadChatTemplate("models/Qwen2.5-0.5B-Instruct");    // known_chat_templates.h
//   const std::string prompt = RenderChat(chat, {{"user", "A film?"}}, /*add_generation_prompt=*/true);
//   const auto ids = tokenizer.Encode(prompt);    // the text has its special tokens already: add none
//
// A model folder holds its template as a Jinja program. This is not a Jinja interpreter: known programs are recognised
// (known_chat_templates.h), and what they mean for conversations without tools is written down as data.
#pragma once

#include <map>
#include <optional>
#include <string>
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
  // What an answer begins with that is still to come, and the last message where it is an answer: Qwen3's empty
  // thoughts. With it, thoughts up to a </think> in earlier answers are dropped.
  std::string answer_preamble;
  bool trims_content = false;  // white space at both ends is dropped (Python's str.strip)
};

// The conversation's text, ending in the opening of the assistant's turn when `add_generation_prompt`. Throws
// InputError for no messages at all and for a role that the template does not have.
std::string RenderChat(const ChatTemplate& chat, const std::vector<ChatMessage>& messages, bool add_generation_prompt);

// The miniature's: <|user|>content<|assistant|>content<|end|>, without system messages.
ChatTemplate MiniatureChatTemplate();

// The same as a Jinja program, for the folder of a model trained here (chat_template.jinja).
extern const char* const kMiniatureChatTemplateJinja;

}  // namespace suite
