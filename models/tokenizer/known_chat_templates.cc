#include "models/tokenizer/known_chat_templates.h"

#include <filesystem>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/json/checked_json.h"
#include "base/text/format.h"
#include "models/tokenizer/jinja_key.h"

namespace suite {
namespace {

using Turns = std::map<std::string, ChatTemplate::Turn>;

Turns SameTurns(const std::string& before_role, const std::string& after_role, const std::string& closing) {
  Turns turns;
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

ChatTemplate Qwen3WithoutThinking() {
  ChatTemplate chat = ChatMl("qwen3", std::nullopt);
  chat.answer_preamble = "<think>\n\n</think>\n\n";
  return chat;
}

std::vector<ChatTemplate> KnownTemplates() {
  return {ChatMl("chatml", std::nullopt),
          Llama32(),
          MiniatureChatTemplate(),
          ChatMl("qwen2.5", "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."),
          Qwen3WithoutThinking(),
          ChatMl("smollm2", "You are a helpful AI assistant named SmolLM, trained by Hugging Face")};
}

// The names of programs by their keys: those that were found elsewhere, and our own.
const std::map<std::string, std::string>& NameOfKey() {
  static const std::map<std::string, std::string> names = [] {
    std::map<std::string, std::string> all = {
#define KNOWN_CHAT_TEMPLATE(key, name) {key, name},
#include "models/tokenizer/known_chat_templates.inc"
#undef KNOWN_CHAT_TEMPLATE
    };
    all[JinjaKey(kMiniatureChatTemplateJinja)] = MiniatureChatTemplate().name;
    for (const ChatTemplate& chat : KnownTemplates()) all[JinjaKey(ChatTemplateJinja(chat))] = chat.name;
    return all;
  }();
  return names;
}

// As a string of Jinja.
std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\n') {
      quoted += "\\n";
      continue;
    }
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string Written(const std::string& text) { return text.empty() ? "" : "{{ " + Quoted(text) + " }}"; }

// The content of a message that is not an answer's after thoughts.
std::string Content(const ChatTemplate& chat) {
  return std::string("{{ message['content']") + (chat.trims_content ? " | trim" : "") + " }}";
}

std::string Answer(const ChatTemplate& chat) {
  if (chat.answer_preamble.empty()) return Content(chat);
  return "{% set answer = message['content'] %}"
         "{% if '</think>' in answer %}{% set answer = answer.split('</think>')[-1].lstrip('\\n') %}{% endif %}"
         "{% if loop.last and messages | selectattr('role', 'equalto', 'user') | list %}" +
         Written(chat.answer_preamble) + "{{ answer.lstrip('\\n') }}{% else %}{{ answer }}{% endif %}";
}

}  // namespace

std::vector<std::string> ChatTemplateNames() {
  std::vector<std::string> names;
  for (const ChatTemplate& chat : KnownTemplates()) names.push_back(chat.name);
  return names;
}

ChatTemplate NamedChatTemplate(const std::string& name) {
  for (ChatTemplate& chat : KnownTemplates()) {
    if (chat.name == name) return std::move(chat);
  }
  throw UnknownName("chat template", "template", name, ChatTemplateNames());
}

ChatTemplate PlainChatTemplate(const std::string& begin, const std::string& end) {
  ChatTemplate chat;
  chat.name = "plain";
  chat.beginning = begin;
  chat.turns = {{"system", {"", "\n\n"}}, {"user", {"User:\n", "\n\n"}}, {"assistant", {"Assistant:\n", end + "\n\n"}}};
  return chat;
}

std::string ChatTemplateJinja(const ChatTemplate& chat) {
  std::string jinja = Written(chat.beginning);
  if (chat.default_system) {
    const ChatTemplate::Turn& system = chat.turns.at("system");
    jinja += "{% if messages[0]['role'] != 'system' %}" +
             Written(system.opening + chat.system_preamble + *chat.default_system + system.closing) + "{% endif %}";
  }
  jinja += "{% for message in messages %}";
  std::vector<std::string> roles;
  for (const auto& [role, turn] : chat.turns) {
    jinja += std::string(roles.empty() ? "{% if" : "{% elif") + " message['role'] == '" + role + "' %}";
    jinja += Written(turn.opening);
    if (role == "system" && !chat.system_preamble.empty()) {
      jinja += "{% if loop.first %}" + Written(chat.system_preamble) + "{% endif %}";
    }
    jinja += (role == "assistant" ? Answer(chat) : Content(chat)) + Written(turn.closing);
    roles.push_back(role);
  }
  jinja += "{% else %}{{ raise_exception('roles are " + Join(roles, ", ") + "') }}{% endif %}{% endfor %}";
  return jinja + "{% if add_generation_prompt %}" + Written(chat.turns.at("assistant").opening + chat.answer_preamble) +
         "{% endif %}";
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
  const auto found = NameOfKey().find(JinjaKey(jinja));
  if (found != NameOfKey().end()) return NamedChatTemplate(found->second);
  const std::string names = Join(ChatTemplateNames(), ", ");
  if (jinja.empty()) {
    throw InputError(where, "has no chat template",
                     "policy.chat_template = plain, for a base model, or the one it was trained with: " + names);
  }
  if (jinja.back() == '\n') jinja.remove_suffix(1);
  throw InputError(where, "the chat template with SHA-256 " + Sha256Hex(jinja) + " is not known",
                   "that of " + names + ", or the one that writes the same as policy.chat_template");
}

}  // namespace suite
