// Text to token ids and back, with the tokenizer.json of Hugging Face: byte-level BPE as in the Llama-3, Qwen2.5 and
// SmolLM2 families and in our own trained ones (bpe_trainer.h). Ids are equal to those of the `tokenizers` library.
//
//   const Tokenizer tokenizer = Tokenizer::FromFile("model/tokenizer.json");
//   const std::vector<int64_t> ids = tokenizer.Encode("Heat (1995)\n");
//   tokenizer.Decode(ids) == "Heat (1995)\n"
//
// What a file may contain is said in tokenizer_spec.h; anything else throws InputError naming file and key.
//
// A Tokenizer is immutable, cheap to copy (copies share the tables) and may be used by several threads at once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suite {

class Tokenizer {
 public:
  // Throws InputError for a file that cannot be read, is malformed or asks for something unsupported.
  static Tokenizer FromFile(const std::string& path);
  // The same for a text already read; `where` names it in errors.
  static Tokenizer FromJson(std::string_view json, const std::string& where);

  // A copy with further tokens, whose ids follow the others' in the order given, as with add_tokens of Hugging Face.
  // Each is found wherever its content stands in a text, before anything else is done to the text, and never split;
  // none is special. Throws InputError for a token that is there already or comes twice, is empty or broken UTF-8, or
  // would not decode to itself.
  //
  //   tokenizer.WithAddedTokens({"<item_0>", "<item_1>"}).Encode("<item_1>\n")
  Tokenizer WithAddedTokens(const std::vector<std::string>& contents) const;

  // Writes a tokenizer.json that FromFile and Hugging Face's `tokenizers` load. Throws InputError.
  void Save(const std::string& path) const;

  // The ids of `text`. Added tokens are recognised wherever their content stands in it, special ones too. With
  // `add_special_tokens` the post-processor's template is put around (Llama-3's <|begin_of_text|>): not for text that
  // a chat template made, which already has it. Broken UTF-8 is read as U+FFFD.
  std::vector<int64_t> Encode(std::string_view text, bool add_special_tokens = false) const;

  // The tokens' bytes joined, broken UTF-8 replaced by U+FFFD (one for each maximal broken part). Ids that are no
  // token, which a model with a padded head may draw, add nothing. No clean-up of spaces before punctuation.
  std::string Decode(const std::vector<int64_t>& ids, bool skip_special_tokens = false) const;

  // The bytes that `id` adds to a decoded text, perhaps not whole UTF-8; empty for an id that is no token.
  const std::string& TokenBytes(int64_t id) const;

  // Ids run from 0 to vocab_size() - 1, added tokens included.
  int64_t vocab_size() const;

  // The id of the token written `content` in tokenizer.json: an added token's text, or a token in the byte alphabet
  // ("Ġthe").
  std::optional<int64_t> TokenId(std::string_view content) const;

  // Whether `content` is an added token that is not special: found in any text, never split, and always decoded.
  bool KeepsWhole(std::string_view content) const;

  // Whether Decode can skip `id`; false for an id that is no token.
  bool IsSpecial(int64_t id) const;

  // [vocab_size]: how many U+000A the bytes of each token hold. A completion is cut into ranks after these.
  std::vector<int> NewlinesByToken() const;

  // SHA-256 of the canonical tokenizer.json: equal for files that differ in layout only (spacing, order of keys, how
  // merges are written).
  std::string ContentHash() const;

 private:
  struct State;
  explicit Tokenizer(std::shared_ptr<const State> state);

  std::shared_ptr<const State> state_;
};

}  // namespace suite
