// Vectors that were computed elsewhere, in an HDF5 file, as an embedder.
//
//   items/title          [items]                  texts (UTF-8, of fixed or variable size; read in the form NFC)
//   items/year           [items]                  integers; 0 for an item without a year
//   items/vectors        [items, dimension]       floats of any size
//   conversations/id     [conversations]          texts: "train/17"
//   conversations/vectors [conversations, dimension]
//
//   VectorFileSettings settings;
//   settings.path = "stella.h5";                  // the names above are settings too
//   VectorFile embedder(settings);
//   embedder.Items(catalog.items());              // InputError naming the first item that is not there
//
// Written with h5py: f["items/title"] = titles; f["items/vectors"] = vectors. Names and shapes are checked when the
// file is opened, vectors as they are read, a block of rows at a time; rows are brought to unit length.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "datasets/teachers/embedder.h"

namespace suite {

struct VectorFileSettings {
  std::string path;
  std::string item_titles = "items/title";
  std::string item_years = "items/year";
  std::string item_vectors = "items/vectors";
  std::string conversation_ids = "conversations/id";
  std::string conversation_vectors = "conversations/vectors";
};

class VectorFile : public Embedder {
 public:
  // Throws InputError naming file and dataset: not there, wrong kind or shape, two widths, a name that stands twice.
  explicit VectorFile(VectorFileSettings settings);

  // "vectors sha256=<of the file>" with the names of the datasets.
  std::string Identity() const override { return identity_; }

  // Both throw InputError when a row is not there, is not finite or is all zeros.
  EmbeddingRows Items(const std::vector<Item>& items) override;
  EmbeddingRows Conversations(const std::vector<Conversation>& conversations) override;

 private:
  EmbeddingRows Rows(const std::string& dataset, const std::vector<int64_t>& rows) const;

  VectorFileSettings settings_;
  std::string identity_;
  int64_t dimension_ = 0;
  std::map<Item, int64_t> item_rows_;
  std::map<std::string, int64_t> conversation_rows_;
};

}  // namespace suite
