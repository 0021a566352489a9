// Vectors of items and conversations, for the similarities of Remap. Rows have unit length, so a dot product is a
// cosine.
//
//   EmbeddingRows items = embedder.Items(catalog.items());             // [items, embedder.dimension()]
//   EmbeddingRows contexts = embedder.Conversations(dataset.train);
//
// Implementations: the native MiniLM (harness/demonstrations, for it needs LibTorch), an endpoint, a file of vectors,
// the miniature's own. An embedder of text sees ItemText(item) and ConversationText(conversation).
//
// Throws InputError when a vector cannot be had.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"
#include "datasets/core/item.h"

namespace suite {

// Row-major [rows, dimension].
struct EmbeddingRows {
  int64_t dimension = 0;
  std::vector<float> values;

  int64_t rows() const { return dimension == 0 ? 0 : static_cast<int64_t>(values.size()) / dimension; }
  const float* row(int64_t i) const { return values.data() + i * dimension; }
};

class Embedder {
 public:
  virtual ~Embedder() = default;

  // What its vectors depend on, in one line, without keys: part of the hash of whatever is made from them.
  virtual std::string Identity() const = 0;

  virtual EmbeddingRows Items(const std::vector<Item>& items) = 0;
  virtual EmbeddingRows Conversations(const std::vector<Conversation>& conversations) = 0;
};

// What an embedder of text sees: "Title (Year)", and the turns of a conversation, one a line. The paper adds keywords
// and plot to an item's text; no public file has them for its catalogue, other data sets bring theirs.
std::string ItemText(const Item& item);
// "Title (Year). text" of an item that a catalogue knows more about (catalog_embedder.h).
std::string ItemText(const ItemDetails& details);
std::string ConversationText(const Conversation& conversation);

// Divides by the Euclidean length (computed in double). False, and nothing changed, when it is 0 or not finite.
bool ToUnitLength(float* row, int64_t dimension);

}  // namespace suite
