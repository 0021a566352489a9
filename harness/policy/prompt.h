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
// A prompt beyond max_tokens, or beyond what the policy's positions leave beside the answer, loses its oldest turns,
// then the beginning of the turn that is left; the instruction stays.
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
  // Of the policy (harness/policy/positions.h), which prompt and answer share; 0: as many as are needed.
  int64_t positions = 0;
  int64_t answer_tokens = 1;  // the longest answer that is drawn
};

class PromptBuilder {
 public:
  // `tokenizer` and `chat` must outlive the builder.
  PromptBuilder(const Tokenizer& tokenizer, const ChatTemplate& chat, PromptOptions options = {});

  // Leaves room for the longest answer that is drawn. Throws InputError where the instruction alone is too long.
  std::vector<int64_t> Ids(const Conversation& conversation) const;

  // Leaves room for an answer of so many tokens instead: of one that is known.
  std::vector<int64_t> IdsBefore(const Conversation& conversation, int64_t answer_tokens) const;

  // Whether the positions have room for such an answer and one token of a prompt.
  bool HasRoomFor(int64_t answer_tokens) const;

  // Throws InputError when the template knows no assistant.
  std::vector<int64_t> AnswerIds(const std::string& answer) const;

  int64_t positions() const { return options_.positions; }

  // What is rendered when nothing has to be dropped.
  std::vector<ChatMessage> Messages(const std::vector<Turn>& turns) const;

 private:
  std::vector<int64_t> Render(const std::vector<Turn>& turns) const;
  // Of a prompt before such an answer.
  int64_t Limit(int64_t answer_tokens) const;
  [[noreturn]] void RefuseInstruction(int64_t tokens, int64_t answer_tokens) const;

  const Tokenizer& tokenizer_;
  const ChatTemplate& chat_;
  PromptOptions options_;
};

}  // namespace suite
