#include "datasets/miniature/miniature.h"

namespace suite {

MiniatureData BuildMiniature(const MiniatureConfig& config, const Catalog& titles) {
  MiniatureData data{BuildWorld(config, titles), {}, {}};
  data.splits = SimulateSplits(data.world);
  for (const SimulatedConversation& c : data.splits.web) data.web_lists.push_back(MakeWebList(data.world, c));
  return data;
}

std::vector<float> ContextEmbeddings(const std::vector<SimulatedConversation>& conversations) {
  std::vector<float> rows;
  for (const SimulatedConversation& c : conversations) {
    rows.insert(rows.end(), c.context_embedding.begin(), c.context_embedding.end());
  }
  return rows;
}

}  // namespace suite
