#include "harness/rl/validation_loss.h"

#include <algorithm>

#include "datasets/core/item.h"
#include "harness/sft/language_model_update.h"
#include "harness/sft/sft_examples.h"

namespace suite {
namespace {

constexpr size_t kOneIn = 16;
constexpr size_t kMost = 64;
// Sequences of one forward pass.
constexpr int64_t kBatch = 8;

}  // namespace

std::vector<ScoredSequence> ValidationAnswers(const std::vector<Conversation>& validation, const Tokenizer& tokenizer,
                                              const PromptBuilder& prompt) {
  std::vector<const Conversation*> usable;
  for (const Conversation& conversation : validation) {
    if (!ItemsWithYear(conversation).empty()) usable.push_back(&conversation);
  }
  const size_t count = std::min({(validation.size() + kOneIn - 1) / kOneIn, kMost, usable.size()});
  std::vector<ScoredSequence> answers;
  for (size_t i = 0; i < count; ++i) {
    const Conversation& conversation = *usable[i * usable.size() / count];
    const std::vector<int64_t> ids = tokenizer.Encode(FormatList(ItemsWithYear(conversation)));
    const auto tokens = static_cast<int64_t>(ids.size());
    if (!prompt.HasRoomFor(tokens)) continue;
    ScoredSequence answer;
    answer.ids = prompt.IdsBefore(conversation, tokens);
    answer.score_from = static_cast<int64_t>(answer.ids.size());
    answer.ids.insert(answer.ids.end(), ids.begin(), ids.end());
    answers.push_back(std::move(answer));
  }
  return answers;
}

double ValidationLoss(const Llama& llama, const LlamaWeights& weights, const std::vector<ScoredSequence>& answers,
                      int64_t shards) {
  return LanguageModelLoss(llama, weights, answers, kBatch, shards);
}

}  // namespace suite
