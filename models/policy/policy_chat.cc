#include "models/policy/policy_chat.h"

#include <algorithm>
#include <vector>

#include "models/tokenizer/known_chat_templates.h"

namespace suite {
namespace {

// What the tokenizer puts before a text, such as Llama's <|begin_of_text|>; often nothing.
std::string TextBegin(const Tokenizer& tokenizer) {
  const std::vector<int64_t> bare = tokenizer.Encode("a"), whole = tokenizer.Encode("a", /*add_special_tokens=*/true);
  const auto text = std::search(whole.begin(), whole.end(), bare.begin(), bare.end());
  return tokenizer.Decode({whole.begin(), text});
}

ChatTemplate PlainOf(const Policy& policy) {
  std::string end = policy.eos_token;
  if (end.empty() && !policy.config().eos_ids.empty()) end = policy.tokenizer.Decode({policy.config().eos_ids.front()});
  return PlainChatTemplate(TextBegin(policy.tokenizer), end);
}

}  // namespace

void UseChatTemplate(const std::string& name, Policy* policy) {
  if (name == "own") return;
  policy->chat_template = ChatTemplateJinja(name == "plain" ? PlainOf(*policy) : NamedChatTemplate(name));
}

ChatTemplate ChatTemplateOf(const Policy& policy, const std::string& where) {
  const ChatTemplate plain = PlainOf(policy);
  if (policy.chat_template == ChatTemplateJinja(plain)) return plain;
  return RecognizeChatTemplate(policy.chat_template, where);
}

}  // namespace suite
