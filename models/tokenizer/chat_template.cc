#include "models/tokenizer/chat_template.h"

#include <filesystem>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/json/checked_json.h"
#include "base/text/format.h"
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

std::map<std::string, ChatTemplate::Turn> SameTurns(const std::string& before_role, const std::string& after_role,
                                                    const std::string& closing) {
  std::map<std::string, ChatTemplate::Turn> turns;
  for (const char* role : {"system", "user", "assistant"}) turns[role] = {before_role + role + after_role, closing};
  return turns;
}

ChatTemplate Llama32() {
  ChatTemplate chat;
  chat.name = "llama-3.2";
  chat.beginning = "<|begin_of_text|>";
  chat.turns = SameTurns("<|start_header_id|>", "<|end_header_id|>\n\n", "<|eot_id|>");
  chat.default_system = "";
  // The date is the template's own fallback. transformers writes the day of rendering instead, which would make
  // prompts, and so results, depend on when a run happens.
  chat.system_preamble = "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n";
  chat.trims_content = true;
  return chat;
}

ChatTemplate ChatMl(const std::string& name, std::optional<std::string> default_system) {
  ChatTemplate chat;
  chat.name = name;
  chat.turns = SameTurns("<|im_start|>", "\n", "<|im_end|>\n");
  chat.default_system = std::move(default_system);
  return chat;
}

// The programs, by the SHA-256 of their text.
const std::map<std::string, ChatTemplate>& KnownTemplates() {
  static const std::map<std::string, ChatTemplate> known = {
      {"d82792f95932f1c9cef5c4bd992f171225e3bf8c7b609b4557c9e1ec96be819f", Llama32()},
      {"55b2f4a26ac9ee719330a61a0c39d9e538b0e9322212f048326318cff4f8674a",
       ChatMl("qwen2.5", "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.")},
      {"872be49dbb638044ad01b60388f48d469ff2980e5f0dccdc22ec907db54d0788",
       ChatMl("smollm2", "You are a helpful AI assistant named SmolLM, trained by Hugging Face")},
      {"f91864928fccff928b3068ca784db6275e655e400ccbb28f61d92c0090caf3b3", ChatMl("chatml", std::nullopt)},
      {Sha256Hex(kMiniatureChatTemplateJinja), MiniatureChatTemplate()},
  };
  return known;
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
    append(messages[i].role, i == 0 && begins_with_system ? chat.system_preamble : "", messages[i].content);
  }
  if (add_generation_prompt) text += chat.turns.at("assistant").opening;
  return text;
}

ChatTemplate ReadChatTemplate(const std::string& folder) {
  const std::string jinja = folder + "/chat_template.jinja";
  if (std::filesystem::exists(jinja)) return RecognizeChatTemplate(ReadFile(jinja), jinja);
  const std::string path = folder + "/tokenizer_config.json";
  const nlohmann::json config = ParseJson(ReadFile(path), path);
  const JsonObject object(config, path);
  return RecognizeChatTemplate(object.String("chat_template"), object.At("chat_template"));
}

ChatTemplate RecognizeChatTemplate(std::string_view jinja, const std::string& where) {
  if (!jinja.empty() && jinja.back() == '\n') jinja.remove_suffix(1);
  const std::string hash = Sha256Hex(jinja);
  const auto found = KnownTemplates().find(hash);
  if (found != KnownTemplates().end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [unused, chat] : KnownTemplates()) names.push_back(chat.name);
  throw InputError(where, "the chat template with SHA-256 " + hash + " is not known",
                   "the unchanged template of " + Join(names, ", "));
}

}  // namespace suite
