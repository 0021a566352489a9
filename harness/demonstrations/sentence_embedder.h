// A sentence encoder (models/bert_embedder.h, such as all-MiniLM-L6-v2) as an Embedder.
//
//   SentenceEmbedder embedder("models/all-MiniLM-L6-v2", /*lock=*/"");
//   embedder.Items(catalog.items());             // vectors of "Title (Year)"
//
// Conversations longer than the encoder's limit (256 tokens for MiniLM) keep their last turns: whole turns are dropped
// from the front while the text has more words than that, for what is asked now stands at the end.
#pragma once

#include <string>
#include <vector>

#include "datasets/teachers/embedder.h"
#include "models/bert_embedder.h"

namespace suite {

// SHA-256 of the encoder's weights: what embedder.lock names.
std::string EncoderContentHash(const std::string& folder);

class SentenceEmbedder : public Embedder {
 public:
  // Throws InputError for a folder that cannot be used, and unless the weights' hash begins with `lock`.
  SentenceEmbedder(const std::string& folder, const std::string& lock);

  // "sentence encoder sha256=... max_tokens=256"
  std::string Identity() const override;
  EmbeddingRows Items(const std::vector<Item>& items) override;
  EmbeddingRows Conversations(const std::vector<Conversation>& conversations) override;

 private:
  EmbeddingRows Embed(const std::vector<std::string>& texts) const;

  BertEmbedder encoder_;
  std::string hash_;
};

}  // namespace suite
