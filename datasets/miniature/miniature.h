// The whole miniature dataset, built in memory from one seed in well under a second.
//
//   MiniatureConfig config;                                            // 200 catalog films, 6000 / 300 / 1500
//   const MiniatureData data = BuildMiniature(config, Catalog::FromTsv(kRedditV2CatalogPath));
//   Prompt(data.splits.train[0])                                       // the user's turn
//   FormatList(ItemsOf(data.world, data.web_lists[0].items))           // one text to pretrain the base model on
//
// The teacher that answers these conversations and the embedder are in simulated_sources.h.
//
// For Remap, s = p^T (S + I) + lambda s_context, S and s_context are products of data.world.text_embedding [universe,
// content_dim] (rows of unit length, catalog first) and of each conversation's context_embedding [content_dim].
// data.world.log_popularity [universe] is the truth that a popularity baseline would count.
#pragma once

#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/miniature/config.h"
#include "datasets/miniature/conversations.h"
#include "datasets/miniature/teacher.h"
#include "datasets/miniature/world.h"

namespace suite {

struct MiniatureData {
  World world;
  SimulatedSplits splits;
  std::vector<WebList> web_lists;  // [n_web]
};

// `titles` lends its real (title, year) pairs. Throws InputError for a config that makes no world.
MiniatureData BuildMiniature(const MiniatureConfig& config, const Catalog& titles);

}  // namespace suite
