// Sentence embeddings from a BERT encoder in a sentence-transformers folder, such as all-MiniLM-L6-v2: the mean of the
// last hidden states over all tokens, then divided by its length.
//
//   const BertEmbedder embedder = BertEmbedder::Load("all-MiniLM-L6-v2", at::kFloat);
//   const at::Tensor unit_ND = embedder.Embed({"Heat (1995)", "Ronin (1998)"});    // [2, 384]
//   const at::Tensor cosine_NN = at::mm(unit_ND, unit_ND.t());
//
// The folder holds config.json, model.safetensors (float32, bfloat16 or float16), tokenizer.json (WordPiece),
// modules.json, sentence_bert_config.json and the pooling's config.json. Encoder: Devlin et al. 2019 (arXiv 1810.04805)
// with absolute positions, exact (erf) GELU and norms after each block, as transformers' BertModel. Pooling: Reimers
// and Gurevych 2019 (arXiv 1908.10084), section 3.
//
// Immutable, cheap to copy, and may be used by several threads at once.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/tokenizer/word_piece.h"

namespace suite {

class BertEmbedder {
 public:
  // Weights are converted to `dtype`, in which the encoder then computes. Throws InputError naming the file and the
  // key or the tensor for what is missing, wrongly shaped or not supported: other pooling modes, a folder without the
  // normalization, other activations and positions.
  static BertEmbedder Load(const std::string& folder, at::ScalarType dtype);

  // [texts, hidden size], float32, rows of length 1. A text is cut to max_tokens(). Each text's row is the same (to
  // rounding) whatever it is embedded with; texts run sorted by length in batches of some thousand tokens, so that the
  // encoder's memory does not grow with their number. Takes no part in gradients.
  at::Tensor Embed(const std::vector<std::string>& texts) const;

  // Of sentence_bert_config.json (256 for all-MiniLM-L6-v2), [CLS] and [SEP] counted.
  int64_t max_tokens() const;
  int64_t hidden_size() const;
  const WordPieceTokenizer& tokenizer() const;

 private:
  struct State;
  explicit BertEmbedder(std::shared_ptr<const State> state);

  std::shared_ptr<const State> state_;
};

}  // namespace suite
