#include "harness/policy/prompt.h"

#include <utility>

#include "base/error.h"

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

bool PromptBuilder::Fits(const std::vector<int64_t>& ids) const {
  return options_.max_tokens == 0 || static_cast<int64_t>(ids.size()) <= options_.max_tokens;
}

std::vector<int64_t> PromptBuilder::Ids(const Conversation& conversation) const {
  std::vector<Turn> turns = conversation.turns;
  std::vector<int64_t> ids = Render(turns);
  while (!Fits(ids) && turns.size() > 1) {
    turns.erase(turns.begin());
    ids = Render(turns);
  }
  if (Fits(ids)) return ids;
  // The longest tail of the last turn that fits: too short a cut at `low`, enough at `high`.
  const std::string text = turns.front().text;
  size_t low = 0, high = text.size();
  while (high - low > 1) {
    const size_t middle = low + (high - low) / 2;
    turns.front().text = TailFrom(text, middle);
    (Fits(Render(turns)) ? high : low) = middle;
  }
  turns.front().text = TailFrom(text, high);
  ids = Render(turns);
  if (!Fits(ids)) {
    throw InputError("data.max_prompt_tokens", "the instruction alone takes " + std::to_string(ids.size()) + " tokens",
                     "a larger limit");
  }
  return ids;
}

std::vector<int64_t> PromptBuilder::AnswerIds(const std::string& answer) const {
  const auto turn = chat_.turns.find("assistant");
  if (turn == chat_.turns.end()) throw InputError("chat template " + chat_.name, "knows no assistant");
  return tokenizer_.Encode(answer + turn->second.closing);
}

}  // namespace suite
