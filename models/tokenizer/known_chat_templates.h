// The chat templates that are known, by name, and the Jinja programs that stand for them.
//
//   const ChatTemplate chat = RecognizeChatTemplate(policy.chat_template, "models/Qwen3-0.6B");
//   chat.name == "qwen3"
//   ChatTemplateJinja(NamedChatTemplate("chatml"))       // for a folder that has none
//
// Known are those of Llama-3.2-Instruct, Qwen2.5-Instruct, Qwen3 (with thinking off) and SmolLM2-Instruct, bare ChatML
// (every message between <|im_start|>role and <|im_end|>; Qwen3-Instruct-2507), and the miniature's own. A program is
// known by its key (jinja_key.h) in known_chat_templates.inc, which make_known_templates.py writes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/tokenizer/chat_template.h"

namespace suite {

// In alphabetical order, without "plain".
std::vector<std::string> ChatTemplateNames();

// Throws InputError for another name.
ChatTemplate NamedChatTemplate(const std::string& name);

// For a model that was trained on no conversations, "plain": each turn is a label on a line, the content and an empty
// line. `begin` stands before the first turn (the tokenizer's own beginning, or nothing), `end` after each answer (the
// token that ends a text).
ChatTemplate PlainChatTemplate(const std::string& begin, const std::string& end);

// A Jinja program that writes what RenderChat does, for chat_template.jinja.
std::string ChatTemplateJinja(const ChatTemplate& chat);

// The template of a model folder: chat_template.jinja, or else the key chat_template of tokenizer_config.json. Throws
// InputError when there is none or it is not known.
ChatTemplate ReadChatTemplate(const std::string& folder);

// The template whose Jinja program is `jinja`, whatever its comments, {% generation %} marks and white space. Throws
// InputError with `where` for an empty and for an unknown one.
ChatTemplate RecognizeChatTemplate(std::string_view jinja, const std::string& where);

}  // namespace suite
