#include "datasets/miniature/miniature_embedder.h"

#include "base/error.h"
#include "datasets/miniature/world_digest.h"

namespace suite {

MiniatureEmbedder::MiniatureEmbedder(std::shared_ptr<const MiniatureData> data) : data_(std::move(data)) {
  for (const auto* split : {&data_->splits.train, &data_->splits.validation, &data_->splits.test}) {
    for (const SimulatedConversation& simulated : *split) conversations_[simulated.conversation.id] = &simulated;
  }
  for (size_t id = 0; id < data_->world.universe.size(); ++id) ids_[data_->world.universe[id]] = id;
}

std::string MiniatureEmbedder::Identity() const { return "miniature world=" + WorldDigest(data_->world).substr(0, 16); }

EmbeddingRows MiniatureEmbedder::Items(const std::vector<Item>& items) {
  EmbeddingRows rows;
  rows.dimension = data_->world.config.content_dim;
  for (const Item& item : items) {
    const auto found = ids_.find(item);
    if (found == ids_.end()) throw InputError("miniature embedder", "'" + FormatItem(item) + "' is not of this world");
    const float* row = data_->world.text_embedding.data() + static_cast<int64_t>(found->second) * rows.dimension;
    rows.values.insert(rows.values.end(), row, row + rows.dimension);
  }
  return rows;
}

EmbeddingRows MiniatureEmbedder::Conversations(const std::vector<Conversation>& conversations) {
  EmbeddingRows rows;
  rows.dimension = data_->world.config.content_dim;
  for (const Conversation& conversation : conversations) {
    const auto found = conversations_.find(conversation.id);
    if (found == conversations_.end()) {
      throw InputError("miniature embedder", "conversation '" + conversation.id + "' is not of this world");
    }
    const std::vector<float>& context = found->second->context_embedding;
    rows.values.insert(rows.values.end(), context.begin(), context.end());
  }
  return rows;
}

}  // namespace suite
