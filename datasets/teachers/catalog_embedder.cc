#include "datasets/teachers/catalog_embedder.h"

#include <optional>
#include <string_view>
#include <utility>

#include "base/hash.h"
#include "datasets/core/item_form.h"

namespace suite {
namespace {

// Where the row of "<...>" at `begin` ends; `begin` itself where there is none.
size_t EndOfTokens(std::string_view text, size_t begin) {
  while (begin < text.size() && text[begin] == '<') {
    const size_t close = text.find('>', begin);
    if (close == std::string_view::npos) break;
    begin = close + 1;
  }
  return begin;
}

// `text` with names in place of the ids and codes that are items of the catalogue.
std::string WithNames(std::string_view text, const Catalog& catalog) {
  std::string named;
  for (size_t at = 0; at < text.size();) {
    const size_t end = EndOfTokens(text, at);
    const std::string tokens(text.substr(at, end - at));
    const std::optional<int> id = tokens.empty() ? std::nullopt : catalog.Find({tokens, kNoYear});
    if (id) {
      named += FormatItem(catalog.Details(*id).name);
      at = end;
    } else {
      named += text[at++];
    }
  }
  return named;
}

}  // namespace

CatalogEmbedder::CatalogEmbedder(std::unique_ptr<Embedder> embedder, const Catalog& catalog, Shows shows)
    : embedder_(std::move(embedder)), catalog_(catalog), shows_(shows) {}

bool CatalogEmbedder::IsNeeded(const Catalog& catalog) {
  if (catalog.form() != ItemForm::kTitleYear) return true;
  for (int id = 0; id < catalog.size(); ++id) {
    if (!catalog.Details(id).text.empty()) return true;
  }
  return false;
}

std::string CatalogEmbedder::Identity() const {
  std::string shown;
  for (const Item& item : catalog_.items()) shown += FormatItem(item) + "\t" + FormatItem(Shown(item)) + "\n";
  return embedder_->Identity() + " shown=" + Sha256Hex(shown).substr(0, 16);
}

EmbeddingRows CatalogEmbedder::Items(const std::vector<Item>& items) {
  std::vector<Item> shown;
  for (const Item& item : items) shown.push_back(Shown(item));
  return embedder_->Items(shown);
}

EmbeddingRows CatalogEmbedder::Conversations(const std::vector<Conversation>& conversations) {
  if (shows_ == Shows::kNames || !HasOwnTokens(catalog_.form())) return embedder_->Conversations(conversations);
  std::vector<Conversation> named = conversations;
  for (Conversation& conversation : named) {
    for (Turn& turn : conversation.turns) turn.text = WithNames(turn.text, catalog_);
  }
  return embedder_->Conversations(named);
}

Item CatalogEmbedder::Shown(const Item& item) const {
  const std::optional<int> id = catalog_.Find(item);
  if (!id) return item;
  const ItemDetails details = catalog_.Details(*id);
  return shows_ == Shows::kNames ? details.name : Item{ItemText(details), kNoYear};
}

}  // namespace suite
