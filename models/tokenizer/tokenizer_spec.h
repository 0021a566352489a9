// What a tokenizer.json says, read and checked, and the way back.
//
//   const TokenizerSpec spec = ParseTokenizerJson(ReadFile(path), path);
//   WriteFileAtomically(copy, TokenizerJson(spec));
//
// Supported: byte-level BPE models (vocabulary, merges as "a b" or ["a", "b"], ignore_merges); no normalizer or NFC;
// pre-tokenizers ByteLevel, Split (by regular expression, Isolated), Digits and Sequences of them that end in
// ByteLevel; post-processors ByteLevel (which moves offsets only) and TemplateProcessing; the ByteLevel decoder; added
// tokens, special or not, normalized or not. Everything else that would change ids or text (unk_token, dropout,
// byte_fallback, prefixes and suffixes of words, stripping added tokens) throws InputError.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace suite {

class JsonObject;

// A token that is found in the text before anything else is done to it.
struct AddedToken {
  int64_t id = 0;
  std::string content;
  bool special = false;     // left out by Decode(ids, /*skip_special_tokens=*/true)
  bool normalized = false;  // looked for after normalization instead of before
};

// `left` and `right` side by side become `result`; its place in the list is its priority, the first merged first.
struct BpeMerge {
  int32_t left = 0;
  int32_t right = 0;
  int32_t result = 0;
};

struct TokenizerSpec {
  std::vector<std::string> vocabulary;      // [id], in the byte alphabet
  std::vector<BpeMerge> merges;             // by priority
  bool ignore_merges = false;               // a piece that is in the vocabulary is taken whole
  std::vector<AddedToken> added_tokens;     // by id; an id past the vocabulary continues it without gap
  bool nfc = false;                         // normalize to NFC
  std::vector<std::string> split_patterns;  // applied one after another, in Hugging Face's dialect
  std::vector<int64_t> prefix_ids;          // what add_special_tokens puts in front ...
  std::vector<int64_t> suffix_ids;          // ... and behind

  // The parts as they were written, for TokenizerJson; the fields above say what they mean.
  nlohmann::json normalizer;
  nlohmann::json pre_tokenizer;
  nlohmann::json post_processor;
  nlohmann::json decoder;

  // Vocabulary and added tokens together.
  int64_t TotalSize() const;
  // The string of `id`, which must be below TotalSize().
  const std::string& Content(int64_t id) const;
};

// `where` names the file in errors. Throws InputError.
TokenizerSpec ParseTokenizerJson(std::string_view text, const std::string& where);

// JSON that Hugging Face's tokenizers library loads: keys in its order, the vocabulary by id, merges as pairs. Equal
// specs give equal bytes, so this is also the canonical form that ContentHash hashes.
std::string TokenizerJson(const TokenizerSpec& spec);

// The key `vocab` of a model: an object of tokens and their ids, which run from 0 without gaps. Gives the tokens by id.
std::vector<std::string> ReadVocabulary(const JsonObject& model);

// The pieces of ParseTokenizerJson that know the four parts around the model (tokenizer_parts.cc): each checks the
// JSON stored in `spec` and fills the fields that it means. ReadPostProcessor needs the tokens to be read already.
void ReadNormalizer(const std::string& where, TokenizerSpec* spec);
void ReadPreTokenizer(const std::string& where, TokenizerSpec* spec);
void ReadPostProcessor(const std::string& where, TokenizerSpec* spec);
void ReadDecoder(const std::string& where, const TokenizerSpec& spec);

}  // namespace suite
