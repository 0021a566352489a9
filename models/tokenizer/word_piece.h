// Text to token ids and back for BERT: the WordPiece tokenizer.json of Hugging Face. Ids are equal to those of the
// `tokenizers` library (0.21.4).
//
//   const WordPieceTokenizer tokenizer = WordPieceTokenizer::FromFile("minilm/tokenizer.json");
//   tokenizer.Encode("Heat (1995)")                      // heat ( 1995 )
//   tokenizer.EncodeForModel("Heat (1995)", 256)         // [CLS] heat ( 1995 ) [SEP]
//
// Supported: the BertNormalizer (all four settings), the BertPreTokenizer, the WordPiece model and decoder,
// TemplateProcessing, and added tokens of the vocabulary that are looked for before normalization. Truncation and
// padding are not read: how long a text may be is for the model to say (sentence-transformers overrules both). Anything
// else throws InputError naming file and key.
//
// The method: Wu et al. 2016 (arXiv 1609.08144), section 4.1, with the greedy longest match first of BERT
// (google-research/bert, tokenization.py: BasicTokenizer, WordpieceTokenizer).
//
// Immutable, cheap to copy (copies share the tables), and may be used by several threads at once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace suite {

class WordPieceTokenizer {
 public:
  // Throws InputError for a file that cannot be read, is malformed or asks for something unsupported.
  static WordPieceTokenizer FromFile(const std::string& path);
  // The same for a text already read; `where` names it in errors.
  static WordPieceTokenizer FromJson(std::string_view json, const std::string& where);

  // The ids of `text`. Added tokens are recognised wherever their content stands in it. With `add_special_tokens` the
  // post-processor's template is put around. Broken UTF-8 is read as U+FFFD.
  std::vector<int64_t> Encode(std::string_view text, bool add_special_tokens = false) const;

  // With the template around, the end of the text cut off so that there are at most `max_tokens` in all. `max_tokens`
  // must leave room for the template.
  std::vector<int64_t> EncodeForModel(std::string_view text, int64_t max_tokens) const;

  // How many tokens the template adds to a text.
  int64_t template_size() const;

  // Words with spaces between, continuing pieces joined to them; the decoder's clean-up of spaces before punctuation
  // where the file asks for it. Ids that are no token add nothing. What was normalized away does not come back.
  std::string Decode(const std::vector<int64_t>& ids, bool skip_special_tokens = false) const;

  // Ids run from 0 to vocab_size() - 1.
  int64_t vocab_size() const;

 private:
  struct State;
  explicit WordPieceTokenizer(std::shared_ptr<const State> state);

  std::shared_ptr<const State> state_;
};

}  // namespace suite
