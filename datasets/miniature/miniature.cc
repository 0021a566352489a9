#include "datasets/miniature/miniature.h"

namespace suite {

MiniatureData BuildMiniature(const MiniatureConfig& config, const Catalog& titles) {
  MiniatureData data{BuildWorld(config, titles), {}, {}};
  data.splits = SimulateSplits(data.world);
  for (const SimulatedConversation& c : data.splits.web) data.web_lists.push_back(MakeWebList(data.world, c));
  return data;
}

}  // namespace suite
