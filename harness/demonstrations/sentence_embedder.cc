#include "harness/demonstrations/sentence_embedder.h"

#include <ATen/core/Tensor.h>

#include <sstream>

#include "base/hash.h"
#include "harness/config/content_pin.h"

namespace suite {
namespace {

int64_t WordsOf(const std::string& text) {
  std::istringstream words(text);
  int64_t count = 0;
  for (std::string word; words >> word;) ++count;
  return count;
}

// A word is at least one token, so what is dropped here would never have been seen beside the end.
std::string EndOf(const Conversation& conversation, int64_t most_words) {
  Conversation end = conversation;
  while (end.turns.size() > 1 && WordsOf(ConversationText(end)) > most_words) end.turns.erase(end.turns.begin());
  return ConversationText(end);
}

}  // namespace

std::string EncoderContentHash(const std::string& folder) { return Sha256HexOfFile(folder + "/model.safetensors"); }

SentenceEmbedder::SentenceEmbedder(const std::string& folder, const std::string& lock)
    : encoder_(BertEmbedder::Load(folder, at::kFloat)), hash_(EncoderContentHash(folder)) {
  CheckContentPin("embedder.lock", lock, hash_, folder);
}

std::string SentenceEmbedder::Identity() const {
  return "sentence encoder sha256=" + hash_.substr(0, 16) + " max_tokens=" + std::to_string(encoder_.max_tokens());
}

EmbeddingRows SentenceEmbedder::Items(const std::vector<Item>& items) {
  std::vector<std::string> texts;
  for (const Item& item : items) texts.push_back(ItemText(item));
  return Embed(texts);
}

EmbeddingRows SentenceEmbedder::Conversations(const std::vector<Conversation>& conversations) {
  std::vector<std::string> texts;
  for (const Conversation& conversation : conversations) texts.push_back(EndOf(conversation, encoder_.max_tokens()));
  return Embed(texts);
}

EmbeddingRows SentenceEmbedder::Embed(const std::vector<std::string>& texts) const {
  EmbeddingRows rows;
  rows.dimension = encoder_.hidden_size();
  if (texts.empty()) return rows;
  const at::Tensor vector_ND = encoder_.Embed(texts).contiguous();
  const float* values = vector_ND.const_data_ptr<float>();
  rows.values.assign(values, values + vector_ND.numel());
  return rows;
}

}  // namespace suite
