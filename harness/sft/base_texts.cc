#include "harness/sft/base_texts.h"

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "harness/sft/item_tokens.h"
#include "harness/sft/sft_examples.h"
#include "models/tokenizer/bpe_trainer.h"

namespace suite {
namespace {

std::vector<BaseText> FromWebLists(const MiniatureData& data, int64_t limit) {
  std::vector<BaseText> texts;
  for (const WebList& list : data.web_lists) {
    if (static_cast<int64_t>(texts.size()) == limit) break;
    texts.push_back({{{"user", list.prompt}}, FormatList(ItemsOf(data.world, list.items))});
  }
  return texts;
}

// Numbers below `count`, at most `limit` of them, in a random order.
std::vector<size_t> Drawn(size_t count, int64_t limit, int64_t seed) {
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  RandomStream stream(static_cast<uint64_t>(seed), "pretrain/texts");
  const size_t drawn = std::min(count, static_cast<size_t>(limit));
  for (size_t i = 0; i < drawn; ++i) {
    std::swap(order[i], order[i + static_cast<size_t>(stream.UniformInt(static_cast<int64_t>(count - i)))]);
  }
  order.resize(drawn);
  return order;
}

std::vector<BaseText> FromConversations(const RunConfig& config, const Dataset& dataset) {
  std::vector<BaseText> texts;
  for (const size_t i : Drawn(dataset.train.size(), config.pretrain.lists, config.data.world_seed)) {
    const Conversation& one = dataset.train[i];
    const std::vector<Item> items = ItemsWithYear(one);
    if (!items.empty()) texts.push_back({one.turns, FormatList(items)});
  }
  if (!texts.empty()) return texts;
  throw InputError("policy.from_scratch",
                   "data.source " + config.data.source + " has no training conversation to learn a language from",
                   "a data set with a training split, or policy.path");
}

}  // namespace

std::vector<BaseText> BaseTexts(const RunConfig& config, const Dataset& dataset) {
  return dataset.miniature ? FromWebLists(*dataset.miniature, config.pretrain.lists)
                           : FromConversations(config, dataset);
}

Tokenizer LearnTokenizer(const RunConfig& config, const Dataset& dataset, const std::vector<BaseText>& texts) {
  std::vector<std::string> words;
  for (const BaseText& text : texts) {
    for (const Turn& turn : text.turns) words.push_back(turn.text);
    if (!dataset.instruction.empty() && !dataset.miniature) words.push_back(dataset.instruction);
    words.push_back(text.answer);
  }
  BpeTrainerConfig trainer;
  trainer.vocab_size = config.policy.vocab_size;
  trainer.special_tokens = {"<|pad|>", "<|end|>", "<|user|>", "<|assistant|>"};
  return TrainBpe(TextsBetween(dataset.item_tokens, words), trainer);
}

}  // namespace suite
