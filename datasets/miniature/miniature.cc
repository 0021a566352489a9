#include "datasets/miniature/miniature.h"

namespace suite {
namespace {

WrittenItems WriteUniverse(const World& world, const ItemFormOptions& form) {
  std::vector<SourceItem> films;
  for (const Item& film : world.universe) films.push_back({film, "", {}});
  return WriteItems(form, films, [&](const std::vector<ItemDetails>&) {
    return EmbeddingRows{world.config.content_dim, world.text_embedding};
  });
}

}  // namespace

MiniatureData BuildMiniature(const MiniatureConfig& config, const Catalog& titles, const ItemFormOptions& form) {
  MiniatureData data{BuildWorld(config, titles), {}, {}, {}};
  data.written = WriteUniverse(data.world, form);
  data.world.written = data.written.items;
  data.splits = SimulateSplits(data.world);
  for (const SimulatedConversation& c : data.splits.web) data.web_lists.push_back(MakeWebList(data.world, c));
  return data;
}

Catalog CatalogOf(const MiniatureData& data) {
  return CatalogOf(data.written, static_cast<size_t>(data.world.config.n_catalog));
}

}  // namespace suite
