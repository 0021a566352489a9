// The C++ side of make_known_templates.py: reads one JSON object from its input and writes one.
//
//   {"programs": ["{% for ..."], "conversations": [{"messages": [{"role": "user", "content": "a"}],
//                                                   "add_generation_prompt": true}]}
//   {"keys": ["9f86d0..."], "texts": {"chatml": ["<|im_start|>user..."]}, "jinja": {"chatml": "{% for ..."}}
//
// A text is null where the template has no such role.
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "models/tokenizer/chat_template.h"
#include "models/tokenizer/jinja_key.h"
#include "models/tokenizer/known_chat_templates.h"

namespace suite {
namespace {

using nlohmann::json;

json Rendered(const ChatTemplate& chat, const json& conversation) {
  std::vector<ChatMessage> messages;
  for (const json& message : conversation.at("messages")) {
    messages.push_back({message.at("role").get<std::string>(), message.at("content").get<std::string>()});
  }
  try {
    return RenderChat(chat, messages, conversation.at("add_generation_prompt").get<bool>());
  } catch (const InputError&) {
    return nullptr;
  }
}

void Main() {
  const json asked = json::parse(std::cin);
  json answer;
  for (const json& program : asked.at("programs")) answer["keys"].push_back(JinjaKey(program.get<std::string>()));
  std::vector<ChatTemplate> known = {PlainChatTemplate("<s>", "</s>")};
  for (const std::string& name : ChatTemplateNames()) known.push_back(NamedChatTemplate(name));
  for (const ChatTemplate& chat : known) {
    answer["jinja"][chat.name] = ChatTemplateJinja(chat);
    for (const json& one : asked.at("conversations")) answer["texts"][chat.name].push_back(Rendered(chat, one));
  }
  std::cout << answer << "\n";
}

}  // namespace
}  // namespace suite

int main() { suite::Main(); }
