// From a conversation to the token ids that an answer follows: the one way that training, sampling and evaluation
// share.
//
//   const PromptBuilder prompt(policy.tokenizer, chat, {dataset.instruction, /*max_tokens=*/2048});
//   std::vector<int64_t> ids = prompt.Ids(conversation);       // ends where the assistant's answer begins
//   std::vector<int64_t> answer = prompt.AnswerIds("Heat (1995)\nAlien (1979)");   // closed as the chat template does
//
// Without an instruction the turns go through the chat template as they are (the miniature and Reddit-v2, whose prompts
// already ask for a list). With one they become a single user message, a transcript followed by the instruction; the
// authors' prompts have that shape.
//
// A prompt beyond max_tokens loses its oldest turns, then the beginning of the turn that is left; the instruction
// stays.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/core/conversation.h"
#include "models/tokenizer/chat_template.h"
#include "models/tokenizer/tokenizer.h"

namespace suite {

struct PromptOptions {
  std::string instruction;  // empty: the turns are the prompt
  int64_t max_tokens = 0;   // 0: no limit
};

class PromptBuilder {
 public:
  // `tokenizer` and `chat` must outlive the builder.
  PromptBuilder(const Tokenizer& tokenizer, const ChatTemplate& chat, PromptOptions options = {});

  std::vector<int64_t> Ids(const Conversation& conversation) const;

  // Throws InputError when the template knows no assistant.
  std::vector<int64_t> AnswerIds(const std::string& answer) const;

  // What is rendered when nothing has to be dropped.
  std::vector<ChatMessage> Messages(const std::vector<Turn>& turns) const;

 private:
  std::vector<int64_t> Render(const std::vector<Turn>& turns) const;
  bool Fits(const std::vector<int64_t>& ids) const;

  const Tokenizer& tokenizer_;
  const ChatTemplate& chat_;
  PromptOptions options_;
};

}  // namespace suite
