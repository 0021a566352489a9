#include "models/policy/policy_chat.h"

#include <gtest/gtest.h>

#include "base/testing/error_of.h"
#include "models/policy/tiny_policy.h"
#include "models/tokenizer/known_chat_templates.h"

namespace suite {
namespace {

TEST(PolicyChat, ABaseModelCanBeGivenATemplate) {
  Policy policy = TinyPolicy();
  policy.chat_template.clear();
  const auto load = [&] {
    const std::string folder = testing::TempDir() + "/chat";
    SavePolicy(folder, policy);
    return ChatTemplateOf(LoadPolicy(folder, at::kFloat), folder);
  };
  EXPECT_EQ(ErrorOf([&] { ChatTemplateOf(policy, "models/base"); }),
            "models/base: has no chat template; allowed: policy.chat_template = plain, for a base model, or the one it "
            "was trained with: chatml, llama-3.2, miniature, qwen2.5, qwen3, smollm2");
  UseChatTemplate("own", &policy);
  EXPECT_EQ(policy.chat_template, "");
  UseChatTemplate("plain", &policy);
  EXPECT_EQ(RenderChat(load(), {{"user", "A film?"}, {"assistant", "Heat"}}, false),
            "User:\nA film?\n\nAssistant:\nHeat<|end|>\n\n");
  for (const std::string& name : ChatTemplateNames()) {
    UseChatTemplate(name, &policy);
    EXPECT_EQ(load().name, name);
  }
  EXPECT_EQ(ErrorOf([&] {
              UseChatTemplate("chatlm", &policy);
            }).find("chat template: unknown template 'chatlm' (did you mean 'chatml'?)"),
            0u);
}

}  // namespace
}  // namespace suite
