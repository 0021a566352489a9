#include "harness/policy/prompt.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/error.h"
#include "harness/policy/positions.h"

namespace suite {
namespace {

// The text from byte `begin` on, moved to the start of a UTF-8 character.
std::string TailFrom(const std::string& text, size_t begin) {
  while (begin < text.size() && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) ++begin;
  return text.substr(begin);
}

std::string Transcript(const std::vector<Turn>& turns) {
  std::string text;
  for (const Turn& turn : turns) text += (turn.role == "assistant" ? "Recommender: " : "Seeker: ") + turn.text + "\n";
  return text;
}

}  // namespace

PromptBuilder::PromptBuilder(const Tokenizer& tokenizer, const ChatTemplate& chat, PromptOptions options)
    : tokenizer_(tokenizer), chat_(chat), options_(std::move(options)) {}

std::vector<ChatMessage> PromptBuilder::Messages(const std::vector<Turn>& turns) const {
  if (!options_.instruction.empty()) return {{"user", Transcript(turns) + "\n" + options_.instruction}};
  std::vector<ChatMessage> messages;
  for (const Turn& turn : turns) messages.push_back({turn.role, turn.text});
  return messages;
}

std::vector<int64_t> PromptBuilder::Render(const std::vector<Turn>& turns) const {
  return tokenizer_.Encode(RenderChat(chat_, Messages(turns), /*add_generation_prompt=*/true));
}

int64_t PromptBuilder::Limit(int64_t answer_tokens) const {
  int64_t limit = options_.max_tokens == 0 ? std::numeric_limits<int64_t>::max() : options_.max_tokens;
  if (options_.positions > 0) limit = std::min(limit, LargestPrompt(options_.positions, answer_tokens));
  return limit;
}

bool PromptBuilder::HasRoomFor(int64_t answer_tokens) const { return Limit(answer_tokens) >= 1; }

void PromptBuilder::RefuseInstruction(int64_t tokens, int64_t answer_tokens) const {
  const std::string found = "the instruction alone takes " + std::to_string(tokens) + " tokens";
  if (Limit(answer_tokens) == options_.max_tokens) {
    throw InputError("data.max_prompt_tokens", found, "a larger limit");
  }
  throw InputError("prompt",
                   found + ", more than the policy's " + std::to_string(options_.positions) +
                       " positions (max_position_embeddings) leave beside an answer of " +
                       std::to_string(answer_tokens) + " tokens",
                   std::to_string(Limit(answer_tokens)) +
                       " tokens; shorter answers (rl.max_new_tokens, data.list_length), or a policy of more positions");
}

std::vector<int64_t> PromptBuilder::Ids(const Conversation& conversation) const {
  return IdsBefore(conversation, options_.answer_tokens);
}

std::vector<int64_t> PromptBuilder::IdsBefore(const Conversation& conversation, int64_t answer_tokens) const {
  const int64_t limit = Limit(answer_tokens);
  const auto fits = [limit](const std::vector<int64_t>& ids) { return static_cast<int64_t>(ids.size()) <= limit; };
  std::vector<Turn> turns = conversation.turns;
  std::vector<int64_t> ids = Render(turns);
  while (!fits(ids) && turns.size() > 1) {
    turns.erase(turns.begin());
    ids = Render(turns);
  }
  if (fits(ids)) return ids;
  // The longest tail of the last turn that fits: too short a cut at `low`, enough at `high`.
  const std::string text = turns.front().text;
  size_t low = 0, high = text.size();
  while (high - low > 1) {
    const size_t middle = low + (high - low) / 2;
    turns.front().text = TailFrom(text, middle);
    (fits(Render(turns)) ? high : low) = middle;
  }
  turns.front().text = TailFrom(text, high);
  ids = Render(turns);
  if (!fits(ids)) RefuseInstruction(static_cast<int64_t>(ids.size()), answer_tokens);
  return ids;
}

std::vector<int64_t> PromptBuilder::AnswerIds(const std::string& answer) const {
  const auto turn = chat_.turns.find("assistant");
  if (turn == chat_.turns.end()) throw InputError("chat template " + chat_.name, "knows no assistant");
  return tokenizer_.Encode(answer + turn->second.closing);
}

}  // namespace suite
