// The whole miniature dataset, built in memory from one seed in well under a second.
//
//   MiniatureConfig config;                                            // 200 catalog films, 6000 / 300 / 1500
//   const MiniatureData data = BuildMiniature(config, Catalog::FromTsv(kRedditV2CatalogPath));
//   Prompt(data.splits.train[0])                                       // the user's turn
//   FormatList(ItemsOf(data.world, data.web_lists[0].items))           // one text to pretrain the base model on
//
// The teacher that answers these conversations and the embedder are in simulated_sources.h.
//
// In another form than title and year (datasets/core/item_form.h) the same films have the same users, teacher and
// lists; what is written of them, everywhere, is that form, those outside the catalogue included. Codes from k-means
// are made of the text view alone, which an embedder of texts would see.
//
// For Remap, s = p^T (S + I) + lambda s_context, S and s_context are products of data.world.text_embedding [universe,
// content_dim] (rows of unit length, catalog first) and of each conversation's context_embedding [content_dim].
// data.world.log_popularity [universe] is the truth that a popularity baseline would count.
#pragma once

#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/forms/written_items.h"
#include "datasets/miniature/config.h"
#include "datasets/miniature/conversations.h"
#include "datasets/miniature/teacher.h"
#include "datasets/miniature/world.h"

namespace suite {

struct MiniatureData {
  World world;
  SimulatedSplits splits;
  std::vector<WebList> web_lists;  // [n_web]
  WrittenItems written;            // of the universe
};

// `titles` lends its real (title, year) pairs. Throws InputError for a config that makes no world.
MiniatureData BuildMiniature(const MiniatureConfig& config, const Catalog& titles, const ItemFormOptions& form = {});

// The films that may be recommended, as they are written.
Catalog CatalogOf(const MiniatureData& data);

}  // namespace suite
