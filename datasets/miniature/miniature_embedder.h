// The miniature's own embedder as an Embedder: the text view of films and conversations, as an encoder of
// texts would see them.
//
//   MiniatureEmbedder embedder(dataset.miniature);
//   EmbeddingRows items = embedder.Items(dataset.catalog.items());        // [200, 16]
//
// It looks up films by title and year and conversations by id, so it knows those of its own world only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "datasets/miniature/miniature.h"
#include "datasets/teachers/embedder.h"

namespace suite {

class MiniatureEmbedder : public Embedder {
 public:
  explicit MiniatureEmbedder(std::shared_ptr<const MiniatureData> data);

  std::string Identity() const override;
  // Throws InputError for what is not of this world.
  EmbeddingRows Items(const std::vector<Item>& items) override;
  EmbeddingRows Conversations(const std::vector<Conversation>& conversations) override;

 private:
  std::shared_ptr<const MiniatureData> data_;
  std::map<std::string, const SimulatedConversation*> conversations_;  // by id
  std::map<Item, size_t> ids_;                                         // universe ids
};

}  // namespace suite
