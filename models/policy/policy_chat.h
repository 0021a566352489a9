// How a policy's conversations become prompts: by the template in its folder, or by another that a setting names.
//
//   UseChatTemplate("plain", &policy);                     // a base model, which was trained on no conversations
//   const ChatTemplate chat = ChatTemplateOf(policy, "models/SmolLM2-135M");
#pragma once

#include <string>

#include "models/policy/policy_folder.h"
#include "models/tokenizer/chat_template.h"

namespace suite {

// Puts the Jinja program of the template `name` into the policy, so that folders saved from it have it: a name of
// known_chat_templates.h; "plain", which begins a text as the tokenizer does and ends each answer with the policy's end
// token; or "own", which leaves the policy's. Throws InputError for another name.
void UseChatTemplate(const std::string& name, Policy* policy);

// Throws InputError naming `where` for a policy without a template, or with one that is not known.
ChatTemplate ChatTemplateOf(const Policy& policy, const std::string& where);

}  // namespace suite
