// Another embedder, asked about items as a catalogue writes them: it is shown what they are called.
//
//   CatalogEmbedder embedder(std::move(encoder), catalog, CatalogEmbedder::Shows::kTexts);
//   embedder.Items({{"<a_3><b_0>", kNoYear}})       // the encoder's vector of "Rose soap. Gentle."
//
// An embedder of texts sees ItemText(catalog.Details(id)), and in conversations the name in place of an id or of codes;
// one that looks items up sees their names. An item that the catalogue lacks is shown as it is.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/teachers/embedder.h"

namespace suite {

class CatalogEmbedder : public Embedder {
 public:
  enum class Shows { kNames, kTexts };

  // `catalog` must outlive it.
  CatalogEmbedder(std::unique_ptr<Embedder> embedder, const Catalog& catalog, Shows shows);

  // Of films as title and year, without texts, an embedder can be asked itself.
  static bool IsNeeded(const Catalog& catalog);

  // That of the other embedder, and a hash of what it is shown.
  std::string Identity() const override;
  EmbeddingRows Items(const std::vector<Item>& items) override;
  EmbeddingRows Conversations(const std::vector<Conversation>& conversations) override;

 private:
  Item Shown(const Item& item) const;

  std::unique_ptr<Embedder> embedder_;
  const Catalog& catalog_;
  Shows shows_;
};

}  // namespace suite
