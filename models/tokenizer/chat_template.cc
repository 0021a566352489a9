#include "models/tokenizer/chat_template.h"

#include <algorithm>

#include "base/error.h"
#include "base/text/utf8.h"

namespace suite {

const char* const kMiniatureChatTemplateJinja =
    "{% for message in messages %}"
    "{% if message['role'] == 'user' %}{{ '<|user|>' + message['content'] }}"
    "{% elif message['role'] == 'assistant' %}{{ '<|assistant|>' + message['content'] + '<|end|>' }}"
    "{% else %}{{ raise_exception('roles are user and assistant') }}{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";

namespace {

// What Python's str.strip takes away: White_Space and the four information separators.
constexpr char32_t kStripped[] = {0x09,   0x0a,   0x0b,   0x0c,   0x0d,   0x1c,   0x1d,   0x1e,   0x1f,   0x20,
                                  0x85,   0xa0,   0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006,
                                  0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000};

// The length of the white-space character at the front (or back) of `text`, 0 when there is none.
size_t SpaceAtEnd(std::string_view text, bool front) {
  for (const char32_t code_point : kStripped) {
    const std::string space = Utf8Of(code_point);
    if (space.size() > text.size()) continue;
    if (text.substr(front ? 0 : text.size() - space.size(), space.size()) == space) return space.size();
  }
  return 0;
}

std::string_view Strip(std::string_view text) {
  while (const size_t size = SpaceAtEnd(text, /*front=*/true)) text.remove_prefix(size);
  while (const size_t size = SpaceAtEnd(text, /*front=*/false)) text.remove_suffix(size);
  return text;
}

// Without thoughts before it, and without the line breaks at its start that came after them.
std::string_view WithoutThoughts(std::string_view answer) {
  constexpr std::string_view kEnd = "</think>";
  const size_t end = answer.rfind(kEnd);
  if (end == std::string_view::npos) return answer;
  answer.remove_prefix(end + kEnd.size());
  return answer.substr(std::min(answer.find_first_not_of('\n'), answer.size()));
}

bool HasUser(const std::vector<ChatMessage>& messages) {
  return std::any_of(messages.begin(), messages.end(), [](const ChatMessage& one) { return one.role == "user"; });
}

}  // namespace

ChatTemplate MiniatureChatTemplate() {
  ChatTemplate chat;
  chat.name = "miniature";
  chat.turns = {{"user", {"<|user|>", ""}}, {"assistant", {"<|assistant|>", "<|end|>"}}};
  return chat;
}

std::string RenderChat(const ChatTemplate& chat, const std::vector<ChatMessage>& messages, bool add_generation_prompt) {
  if (messages.empty()) throw InputError("chat template " + chat.name, "a conversation of no messages", "at least one");
  std::string text = chat.beginning;
  const auto append = [&](const std::string& role, std::string_view preamble, std::string_view content) {
    const auto turn = chat.turns.find(role);
    if (turn == chat.turns.end()) {
      std::vector<std::string> roles;
      for (const auto& [known, unused] : chat.turns) roles.push_back(known);
      throw UnknownName("chat template " + chat.name, "role", role, roles);
    }
    (text += turn->second.opening) += preamble;
    (text += chat.trims_content ? Strip(content) : content) += turn->second.closing;
  };
  const bool begins_with_system = messages[0].role == "system";
  if (!begins_with_system && chat.default_system) append("system", chat.system_preamble, *chat.default_system);
  for (size_t i = 0; i < messages.size(); ++i) {
    std::string_view preamble, content = messages[i].content;
    if (i == 0 && begins_with_system) preamble = chat.system_preamble;
    if (messages[i].role == "assistant" && !chat.answer_preamble.empty()) {
      content = WithoutThoughts(content);
      if (i + 1 == messages.size() && HasUser(messages)) {
        preamble = chat.answer_preamble;
        content = content.substr(std::min(content.find_first_not_of('\n'), content.size()));
      }
    }
    append(messages[i].role, preamble, content);
  }
  if (add_generation_prompt) text += chat.turns.at("assistant").opening + chat.answer_preamble;
  return text;
}

}  // namespace suite
